// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Opens pages in one headless Chromium, by its debugging pipe, and looks at them as a reader would.
// usage: node drive.js PAGES PROFILE [FOLDER for screenshots]
"use strict";
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const [pagesFile, profile, pictures] = process.argv.slice(2);
const pages = fs.readFileSync(pagesFile, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const PATIENCE_MS = 60000 * Number(process.env.RSTTRACE_TEST_PATIENCE || 1);
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

// Each page has so long.
let watchdog = null;
function patience() {
	clearTimeout(watchdog);
	watchdog = setTimeout(() => {
		console.error(`test-html: ${current}: the browser does not answer`);
		process.exit(1);
	}, PATIENCE_MS);
}

let failed = false;
let current = "";
function fail(text) {
	console.error(`test-html: ${current}: ${text}`);
	failed = true;
}
function check(holds, text) {
	if (!holds)
		fail(text);
}

// Messages end with a NUL, each way.
class Browser {
	constructor(binary) {
		this.child = spawn(binary, ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
			"--no-first-run", "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
			"--remote-debugging-pipe", `--user-data-dir=${profile}`],
		{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
		this.waiting = new Map();
		this.seen = [];
		this.id = 0;
		let rest = "";
		this.child.stdio[4].setEncoding("utf8");
		this.child.stdio[4].on("data", (chunk) => {
			const parts = (rest + chunk).split("\0");
			rest = parts.pop();
			parts.forEach((part) => this.take(JSON.parse(part)));
		});
		for (const event of ["error", "exit"])
			this.child.on(event, (why) => this.lost(why));
	}

	take(message) {
		const waiting = this.waiting.get(message.id);
		if (waiting) {
			this.waiting.delete(message.id);
			if (message.error)
				waiting.reject(new Error(`${waiting.method}: ${message.error.message}`));
			else
				waiting.resolve(message.result);
			return;
		}
		this.seen.push(message);
	}

	lost(why) {
		for (const { reject } of this.waiting.values())
			reject(new Error(`the browser ended: ${why}`));
		this.waiting.clear();
	}

	// All of its processes write into the profile until they are gone, so it is asked to end them.
	async end() {
		if (this.child.exitCode !== null || this.child.signalCode !== null)
			return;
		const ended = new Promise((resolve) => this.child.once("exit", resolve));
		this.session = undefined;
		this.send("Browser.close").catch(() => this.child.kill("SIGKILL"));
		await ended;
	}

	send(method, params = {}) {
		const id = ++this.id;
		this.child.stdio[3].write(JSON.stringify({ id, method, params, sessionId: this.session }) + "\0");
		return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject, method }));
	}

	async open() {
		const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
		const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
		this.session = sessionId;
		for (const domain of ["Page", "Runtime", "Network", "Log"])
			await this.send(`${domain}.enable`);
	}

	// Until it is so, or an exception has told why it never will be.
	async until(expression) {
		while (!this.seen.some((m) => m.method === "Runtime.exceptionThrown")) {
			// In between two pages there is nobody to ask.
			if (await this.value(expression).catch(() => false))
				return;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	// A page of its own each time: what only differs behind the # would not be loaded again.
	async go(url) {
		await this.send("Page.navigate", { url: "about:blank" });
		await this.until("location.href === 'about:blank'");
		this.seen = [];
		await this.send("Page.navigate", { url });
		await this.until("document.documentElement.dataset.ready === 'yes'");
	}

	async value(expression) {
		const { result, exceptionDetails } = await this.send("Runtime.evaluate",
			{ expression, returnByValue: true, awaitPromise: true });
		if (exceptionDetails)
			throw new Error(`${expression}: ${exceptionDetails.exception?.description || exceptionDetails.text}`);
		return result.value;
	}

	async press(key, modifiers = 0) {
		const code = { Enter: 13, Escape: 27, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, Tab: 9 }[key];
		const params = { key, code: key, windowsVirtualKeyCode: code, modifiers, text: key === "Enter" ? "\r" : undefined };
		await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...params });
		await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...params });
	}

	async size(width, height) {
		await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
	}

	async picture(name) {
		if (!pictures)
			return;
		fs.mkdirSync(pictures, { recursive: true });
		const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
		fs.writeFileSync(path.join(pictures, `${name}.png`), Buffer.from(data, "base64"));
	}
}

const number = (n) => n.toLocaleString("en-US");
const sum = (causes) => Object.values(causes).reduce((a, b) => a + b, 0);
const SHOWN = "document.getElementById('shown').textContent";
const ROWS = "[...document.querySelectorAll('#resets tr.row')]";

function nothingWrong(browser, url) {
	for (const { method, params } of browser.seen) {
		if (method === "Network.requestWillBeSent")
			check(params.request.url.split("#")[0] === url, `asks for ${params.request.url}`);
		else if (method === "Runtime.exceptionThrown")
			fail(`throws ${params.exceptionDetails.exception?.description || params.exceptionDetails.text}`);
		else if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level))
			fail(`the browser complains: ${params.entry.text}`);
	}
}

async function everyPage(browser, page, url) {
	const all = sum(page.causes);
	await browser.go(url);
	check(await browser.value("document.documentElement.dataset.ready") === "yes", "does not come to its end");
	check((await browser.value(SHOWN)).replace(/ 个重置$/, all === 1 ? " reset" : " resets") === `${number(all)} ${all === 1 ? "reset" : "resets"}`,
		`shows ${await browser.value(SHOWN)}, not ${all}`);
	const causes = await browser.value("[...document.querySelectorAll('#causes tbody tr')].map((tr) => " +
		"[tr.cells[0].textContent, tr.cells[1].textContent])");
	check(JSON.stringify(Object.fromEntries(causes)) ===
		JSON.stringify(Object.fromEntries(Object.entries(page.causes).map(([k, n]) => [k, number(n)]))),
	`counts ${JSON.stringify(causes)}`);
	check(await browser.value("[...document.querySelectorAll('button, input, select, [role=button], svg[tabindex]')].every((e) => " +
		"(e.ariaLabel || e.textContent || e.labels?.[0]?.textContent || '').trim())"), "something to press has no name");
	for (const [width, name] of [[1400, "wide"], [420, "narrow"]]) {
		await browser.size(width, 900);
		check(await browser.value("document.documentElement.scrollWidth <= innerWidth"), `is wider than ${width}`);
		await browser.picture(`${path.basename(page.page, ".html")}-${name}`);
	}
	await browser.size(1400, 900);
	check(await browser.value("window.hacked === undefined && ({}).hacked === undefined"), "data became a program");
	check(await browser.value("document.scripts.length === 3 && !document.querySelector('img, b, iframe, object')"),
		"data became markup");
	nothingWrong(browser, url);
}

async function views(browser, page, url) {
	const [cause, count] = Object.entries(page.causes).find(([name]) => name === "close-unread");
	const all = sum(page.causes);
	await browser.go(`${url}#cause=${cause}`);
	check(await browser.value(SHOWN) === `${count} of ${number(all)} resets`, `of ${cause}: ${await browser.value(SHOWN)}`);
	check(await browser.value(`${ROWS}.every((tr) => tr.cells[2].textContent === "${cause}")`), "a row of another cause");

	await browser.go(`${url}#filter=closed&sort=-time`);
	const texts = await browser.value(`${ROWS}.map((tr) => tr.textContent.toLowerCase())`);
	const times = await browser.value(`${ROWS}.map((tr) => tr.cells[0].textContent)`);
	check(texts.length > 1 && texts.every((text) => text.includes("closed")), "a row without the word");
	check(times.every((time, i) => !i || time <= times[i - 1]), "not sorted by time, backwards");
	check(await browser.value("document.getElementById('words').value") === "closed", "the word is not in its field");

	// As somebody types it, with the keys alone.
	await browser.go(url);
	await browser.value("document.getElementById('words').focus()");
	await browser.send("Input.insertText", { text: "exited status" });
	check((await browser.value("location.hash")) === "#filter=exited+status", `the address has ${await browser.value("location.hash")}`);
	const exited = await browser.value(`${ROWS}.map((tr) => tr.textContent)`);
	check(exited.length && exited.every((text) => /exited/.test(text) && /status/.test(text)), "typing filters nothing");
	await browser.value(`${ROWS}[0].querySelector('button').focus()`);
	await browser.press("Enter");
	check(await browser.value("document.activeElement.ariaExpanded") === "true", "Enter opens no details");
	check(await browser.value("/exited with status/.test(document.querySelector('.detail').textContent) && " +
		"document.querySelectorAll('.detail .frames li').length > 2 && " +
		"!!document.querySelector('.detail details dl dd')"), "the details lack the sentence, the stack or the evidence");
	await browser.picture("detail");
	const link = await browser.value("location.href");
	await browser.go(link);
	check(await browser.value("!!document.querySelector('.detail')"), "the address of an event does not open it");

	await browser.go(url);
	await browser.value("document.querySelector('#timeline svg').focus()");
	await browser.press("ArrowRight");
	await browser.press("ArrowRight", 8);
	await browser.press("Enter");
	check(/from=\d+&to=\d+/.test(await browser.value("location.hash")), "the keys select no time");
	check(/^[\d,]+ of /.test(await browser.value(SHOWN)), "a time that was selected filters nothing");
	await browser.value("document.querySelector('#timeline svg').focus()");
	await browser.press("Escape");
	check(await browser.value("location.hash") === "", "Escape does not take it back");

	await browser.value("document.querySelector('#flame g[tabindex=\"0\"]').focus()");
	await browser.press("ArrowDown");
	await browser.press("ArrowDown");
	const name = await browser.value("document.activeElement.getAttribute('aria-label').split(',')[0]");
	check(name in page.causes, `the second level of the flame graph is ${name}`);
	await browser.press("Enter");
	check(await browser.value("Number(document.activeElement.querySelector('rect').getAttribute('width')) === " +
		"document.querySelector('#flame svg').viewBox.baseVal.width"), "Enter does not look closer");

	const light = await browser.value("getComputedStyle(document.body).backgroundColor");
	await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
	check(await browser.value("getComputedStyle(document.body).backgroundColor") !== light, "is light in the dark");
	await browser.picture("dark");
	await browser.send("Emulation.setEmulatedMedia", { media: "print", features: [] });
	check(await browser.value("getComputedStyle(document.getElementById('filter')).display") === "none",
		"what paper cannot do is printed");
	await browser.send("Emulation.setEmulatedMedia", { media: "", features: [] });
	nothingWrong(browser, url);
}

// Nothing that the page says of itself is left in English; what was recorded is.
const SAID = "[...document.querySelectorAll('h1, h2, th, label, button:not([data-cause]):not([data-event]), caption, .hint, " +
	"#skip, #explain dt, #explain dd, footer summary, #made, #shown, #where')].filter((e) => e.id !== 'view' && e.textContent.trim())";
const CHINESE = "/[\\u3000-\\u303f\\u4e00-\\u9fff\\uff00-\\uffef]/";

async function languages(browser, page, url) {
	await browser.go(url);
	check(await browser.value("document.documentElement.lang") === "en", "an English page is none");
	const english = await browser.value("document.getElementById('explain').textContent");
	check(/Ordinarily done by:/.test(english) && /To do/.test(english), "the explanations lack who does it, or what to do");
	await browser.value("(() => { const e = document.getElementById('language'); e.value = 'zh'; " +
		"e.dispatchEvent(new Event('change')); })()");
	check(await browser.value("location.hash") === "#lang=zh", `the address has ${await browser.value("location.hash")}`);
	for (const [name, brief] of Object.entries(page.chinese)) {
		if (!(name in page.causes))
			continue;
		check(await browser.value(`[...document.querySelectorAll('#explain details')].find((d) => d.dataset.cause === "${name}")` +
			`.querySelector('summary').textContent.includes(${JSON.stringify(brief)})`), `${name} is not explained in Chinese`);
		check(await browser.value(`[...document.querySelectorAll('#causes tbody tr')].some((tr) => tr.cells[4].textContent.endsWith(` +
			`${JSON.stringify(brief)}))`), `${name} is not told in Chinese`);
	}
	const left = await browser.value(`${SAID}.filter((e) => !${CHINESE}.test(e.textContent)).map((e) => e.textContent)`);
	check(!left.length, `this is left in English: ${left.join(" | ")}`);
	check((await browser.value(`${SAID}.length`)) > 30, "hardly anything is said");
	await browser.picture("chinese");
	await browser.size(420, 900);
	check(await browser.value("document.documentElement.scrollWidth <= innerWidth"), "in Chinese it is wider than 420");
	await browser.size(1400, 900);
	await browser.go(await browser.value("location.href"));
	check(await browser.value("document.documentElement.lang") === "zh-Hans", "the address does not keep the language");
	await browser.value("(() => { const e = document.getElementById('language'); e.value = 'en'; " +
		"e.dispatchEvent(new Event('change')); })()");
	check(await browser.value("document.getElementById('explain').textContent") === english, "it does not come back to English");
	check(await browser.value("location.hash") === "", "English has an address of its own");
	nothingWrong(browser, url);
}

async function main() {
	const paths = process.env.PATH.split(":");
	const binary = BROWSERS.find((name) => paths.some((p) => fs.existsSync(path.join(p, name))));
	if (!binary)
		throw new Error("there is no Chromium; run scripts/install-deps --html");
	const browser = new Browser(binary);
	patience();
	try {
		await browser.open();
		for (const page of pages) {
			const url = `file://${page.page}`;
			current = path.basename(page.page);
			patience();
			await everyPage(browser, page, url);
			if (current === "7.html") {
				await views(browser, page, url);
				patience();
				await languages(browser, page, url);
			}
			if (current === "chinese.html")
				check(await browser.value("document.documentElement.lang") === "zh-Hans" &&
					/重置/.test(await browser.value("document.title")), "-l zh makes no Chinese page");
			if (current === "hostile.html") {
				await browser.go(`${url}#event=2`);
				check(await browser.value("document.querySelector('.detail').textContent.includes('<img src=x onerror')"),
					"a hostile name is not shown as it is");
				check(await browser.value("document.querySelector('#resets').textContent.includes('12 of ]]> 34')"),
					"a sentence does not come back");
				check(await browser.value("document.querySelector('#resets').textContent.includes('12 of #,#1,# 34')"),
					"a sentence with # does not come back");
			}
		}
	} finally {
		await browser.end();
	}
}

main().then(() => process.exit(failed ? 1 : 0), (err) => {
	console.error(`test-html: ${current}: ${err.message}`);
	process.exit(1);
});
