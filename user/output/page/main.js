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
	const host = data.host || (new Set(rows.map((row) => row.host)).size > 1 ? "several hosts" : "");
	byId("title").textContent = host ? `TCP resets on ${host}` : "TCP resets";
	document.title = byId("title").textContent + (begin ? `, ${day(begin)}` : "");
	byId("subtitle").textContent = begin ?
		`${day(begin)} ${clock(begin, 0)} to ${oneDay ? "" : day(end) + " "}${clock(end, 0)}, ${zone()}` : "";
	byId("story").append(...data.sentences.map((s) => element("p", s)));
	const limits = byId("limits");
	if (data.limits.length) {
		const box = element("div", null, { className: "notice" });
		box.append(...data.limits.map((s) => element("p", asSentence(s))));
		limits.append(box);
	}
	limits.append(element("p", (data.lost ? "" : "No event was lost. ") + (data.not_covered.length ?
		`Not covered: ${data.not_covered.join("; ")}.` : ""), { className: "quiet" }));
	byId("made").textContent = `Made by rsttrace ${data.version}${data.made ? ` at ${data.made.slice(0, 19)}Z` : ""}. ` +
		"This page holds all it shows and asks nobody for anything; what is shown stands behind the # of its address.";
}

function tellCauses() {
	const list = causes.filter((cause) => cause.what);
	byId("explain").append(...list.map((cause, i) => {
		const entry = element("details", null, { open: i < 3 && cause.harmless < cause.count });
		const summary = element("summary"), dl = element("dl");
		summary.append(element("span", null, { className: `dot ${cause.colour}` }), element("strong", cause.name),
			element("span", `${cause.what} (${number.format(cause.count)})`));
		for (const [name, text] of [["Seen as", cause.seen], ["To do", cause.todo], ["Reason", cause.reasons.join("; ")]])
			if (text)
				dl.append(element("dt", name), element("dd", text));
		entry.dataset.cause = cause.name;
		entry.append(summary, dl);
		return entry;
	}));
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

tellStory();
tellCauses();
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
