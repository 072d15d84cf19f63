// What the page knows, taken out of its compact form: see user/output/page_rows.c and page_tree.c.
const data = JSON.parse(document.getElementById("data").textContent);
const KIND = { STRING: 0, NUMBER: 1, BOOL: 2, NULL: 3, OBJECT: 4 };

function sentence(pattern, numbers) {
	const parts = pattern.split("#");
	return parts.map((part, i) => (i ? numbers[i - 1] : "") + part).join("");
}

function readRows() {
	const { strings } = data;
	const counts = new Map(), lasts = new Map();
	for (let i = 0; i < data.count.length; i += 2)
		counts.set(data.count[i], data.count[i + 1]);
	for (let i = 0; i < data.last.length; i += 2)
		lasts.set(data.last[i], data.last[i + 1]);
	let time = data.begin, at = 0;
	return data.time.map((delta, i) => {
		const [direction, cause, certainty, benign, why, numbers] = data.verdicts[data.verdict[i]];
		const [comm, pid, place, host] = data.owners[data.owner[i]];
		time += delta;
		at += numbers;
		return {
			i, time, last: time + (lasts.get(i) || 0), count: counts.has(i) ? counts.get(i) : 1,
			direction: strings[direction], cause: strings[cause], certainty: strings[certainty], benign: benign === 1,
			why: numbers ? sentence(strings[why], data.numbers.slice(at - numbers, at)) : strings[why],
			comm: strings[comm], pid, place: strings[place], host: strings[host],
			local: strings[data.local[i]], localPort: data.local_port[i],
			remote: strings[data.remote[i]], remotePort: data.remote_port[i],
			stack: data.stack[i] - 1, detail: data.detail[i] - 1,
		};
	});
}

// An object or array as it stood in the recorded line.
function readObject(id, depth) {
	const [shapeId, ...values] = data.objects[id];
	const [isArray, ...fields] = data.shapes[shapeId];
	const out = fields.map((field, i) => {
		const kind = field % 8;
		let value = values[i];
		if (kind === KIND.STRING)
			value = data.strings[value];
		else if (kind === KIND.BOOL)
			value = value === 1;
		else if (kind === KIND.NULL)
			value = null;
		else if (kind === KIND.OBJECT)
			value = depth < 32 ? readObject(value, depth + 1) : null;
		return [data.strings[Math.floor(field / 8)], value];
	});
	return isArray ? out.map(([, value]) => value) : new Map(out);
}

function endpoint(address, port) {
	if (!address)
		return "";
	return (address.includes(":") ? `[${address}]` : address) + ":" + port;
}

function owner(row) {
	if (!row.comm && !row.pid)
		return row.place ? `in ${row.place}` : "";
	return row.comm + (row.pid ? `/${row.pid}` : "") + (row.place ? ` in ${row.place}` : "");
}

const rows = readRows();
for (const row of rows) {
	row.localEnd = endpoint(row.local, row.localPort);
	row.remoteEnd = endpoint(row.remote, row.remotePort);
	row.owner = owner(row);
}

const number = new Intl.NumberFormat("en-US");
const plural = (n, one, many) => `${number.format(n)} ${n === 1 ? one : many}`;
const share = (part, all) => !all ? "" : part && part / all < 0.0005 ? "<0.1 %" : `${(100 * part / all).toFixed(1)} %`;
// In the text a line begins as it will; here it is a sentence of its own.
const asSentence = (s) => s.charAt(0).toUpperCase() + s.slice(1) + (s.endsWith(".") ? "" : ".");

// Times are told as the sentences tell them: in the zone of whoever made the page.
const pad = (n, width = 2) => String(n).padStart(width, "0");
const shifted = (us) => new Date(us / 1000 + data.utc_offset_s * 1000);
function zone() {
	const minutes = Math.abs(data.utc_offset_s) / 60;
	if (!minutes)
		return "UTC";
	return `UTC${data.utc_offset_s < 0 ? "−" : "+"}${pad(Math.floor(minutes / 60))}:${pad(Math.floor(minutes % 60))}`;
}
function day(us) {
	const d = shifted(us);
	return `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
}
function clock(us, digits = 3) {
	const d = shifted(us);
	const seconds = `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
	return digits ? `${seconds}.${pad(d.getUTCMilliseconds(), 3)}` : seconds;
}
const timed = rows.filter((row) => row.time > 0);
const begin = timed.length ? timed[0].time : 0;
const end = timed.reduce((most, row) => Math.max(most, row.last), begin);
const oneDay = day(begin) === day(end);
const moment = (us, digits) => us ? (oneDay ? "" : day(us) + " ") + clock(us, digits) : "no time";

// Every text goes in as text.
function element(name, text, props = {}) {
	const e = document.createElement(name);
	if (text !== undefined && text !== null)
		e.textContent = text;
	for (const [key, value] of Object.entries(props)) {
		if (key in e && key !== "list")
			e[key] = value;
		else
			e.setAttribute(key, value);
	}
	return e;
}
// What is drawn is as wide as its box, on paper as wide as a page.
let paper = 0;
const widthOf = (box) => paper || Math.max(280, box.clientWidth);
const byId = (id) => document.getElementById(id);

// The most frequent causes have a colour, in that order.
const COLOURS = 8;
// Both languages are in the page: what is fixed beside the English as data-zh, what a program says side by side.
let language = data.language === "zh" ? "zh" : "en";
const say = (en, zh) => language === "zh" ? zh : en;
const resets = (n) => say(plural(n, "reset", "resets"), `${number.format(n)} 个重置`);
function speak(wanted) {
	language = wanted === "zh" ? "zh" : "en";
	document.documentElement.lang = say("en", "zh-Hans");
	for (const e of document.querySelectorAll("[data-zh]")) {
		e.dataset.en ??= e.textContent;
		e.textContent = say(e.dataset.en, e.dataset.zh);
	}
	for (const e of document.querySelectorAll("[data-zh-placeholder]")) {
		e.dataset.enPlaceholder ??= e.placeholder;
		e.placeholder = say(e.dataset.enPlaceholder, e.dataset.zhPlaceholder);
	}
}

const causes = data.causes.map((cause, i) => ({
	...cause, name: data.strings[cause.name], colour: i < COLOURS ? `c${i}` : "other",
}));
// What is said of a cause; of one that this version does not know, nothing.
const wordsOf = (cause) => cause[language] || {};
const causeOf = new Map(causes.map((cause) => [cause.name, cause]));
const colourOf = (name) => causeOf.has(name) ? causeOf.get(name).colour : "other";
