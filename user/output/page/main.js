// The rest of the page, and its beginning.
function explain(name) {
	const entry = [...document.querySelectorAll("#explain details")].find((d) => d.dataset.cause === name);
	if (!entry)
		return;
	entry.open = true;
	entry.querySelector("summary").focus();
	entry.scrollIntoView();
}

function tellStory() {
	const host = data.host || (new Set(rows.map((row) => row.host)).size > 1 ? say("several hosts", "多台主机") : "");
	byId("title").textContent = host ? say(`TCP resets on ${host}`, `${host} 上的 TCP 重置`) : say("TCP resets", "TCP 重置");
	document.title = byId("title").textContent + (begin ? `, ${day(begin)}` : "");
	byId("subtitle").textContent = begin ?
		`${day(begin)} ${clock(begin, 0)} ${say("to", "至")} ${oneDay ? "" : day(end) + " "}${clock(end, 0)}, ${zone()}` : "";
	// The recorded sentences are English, whatever the page's language is.
	byId("story").replaceChildren(...data.sentences.map((s) => element("p", s, { lang: "en" })));
	const limits = byId("limits");
	limits.replaceChildren();
	if (data.limits.length) {
		const box = element("div", null, { className: "notice", lang: "en" });
		box.append(...data.limits.map((s) => element("p", asSentence(s))));
		limits.append(box);
	}
	limits.append(element("p", (data.lost ? "" : say("No event was lost. ", "没有丢失任何事件。")) + (data.not_covered.length ?
		say(`Not covered: ${data.not_covered.join("; ")}.`, `未覆盖：${data.not_covered.join("；")}。`) : ""), { className: "quiet" }));
	const made = data.made ? data.made.slice(0, 19) + "Z" : "";
	byId("made").textContent = say(`Made by rsttrace ${data.version}${made && ` at ${made}`}. ` +
		"This page holds all it shows and asks nobody for anything; what is shown stands behind the # of its address.",
	`由 rsttrace ${data.version} 生成${made && `，${made}`}。本页包含它所显示的一切，不向任何人请求任何东西；` +
		"所显示的内容记在地址的 # 之后。记录中的说明句为英文。");
}

const headed = (head, texts) => texts.length ? [head, ...texts] : [];

function tellCauses() {
	const list = causes.filter((cause) => wordsOf(cause).what);
	byId("explain").replaceChildren(...list.map((cause, i) => {
		const entry = element("details", null, { open: i < 3 && cause.harmless < cause.count });
		const summary = element("summary"), dl = element("dl"), words = wordsOf(cause);
		summary.append(element("span", null, { className: `dot ${cause.colour}` }), element("strong", cause.name),
			element("span", say(`${words.what} (${number.format(cause.count)})`, `${words.what}（${number.format(cause.count)}）`)));
		for (const [name, texts] of [[say("Seen as", "识别依据"), [words.seen]], [say("To do", "处理"), [words.todo]],
			[say("Reason", "归类"), words.reasons],
			[say("Measured", "实测"), headed(say("Ordinarily done by:", "通常由以下程序造成："), words.measured)],
			[say("Manuals", "手册"), headed(say("What can be changed, by the manuals, not measured:", "以下出自各程序手册，未经测量："),
				words.manuals)]])
			if (texts.length)
				dl.append(element("dt", name), ...texts.map((text) => element("dd", text)));
		entry.dataset.cause = cause.name;
		entry.append(summary, dl);
		return entry;
	}));
}

// In the language of the address, else the one that the page was made in.
function setUpLanguage() {
	const choice = byId("language");
	choice.addEventListener("change", () => change({ lang: choice.value }));
	let spoken = "";
	listeners.unshift(() => {
		if (view.lang === spoken)
			return;
		spoken = view.lang;
		speak(spoken);
		choice.value = language;
		tellStory();
		tellCauses();
	});
}

const PAPER = 980;
// Paper does not open anything.
function setUpPrint() {
	let closed = [];
	const redraw = (width) => {
		paper = width;
		drawTimeline();
		drawFlame();
	};
	addEventListener("beforeprint", () => {
		redraw(PAPER);
		closed = [...document.querySelectorAll("#explain details:not([open])")];
		for (const entry of closed)
			entry.open = true;
	});
	addEventListener("afterprint", () => {
		redraw(0);
		for (const entry of closed)
			entry.open = false;
	});
}

setUpLanguage();
setUpFilter();
setUpTimeline();
setUpFlame();
setUpTable();
setUpPrint();
addEventListener("hashchange", () => {
	readView();
	show();
});
readView();
show();
if (view.event)
	byId("resets").querySelector(".opened")?.scrollIntoView();
document.documentElement.dataset.ready = "yes";
