// The resets themselves, page by page, and what is known of each.
const PAGE_ROWS = 100;
const COLUMNS = [
	["time", "Time", "时间"], ["dir", "Dir", "方向"], ["cause", "Cause", "原因"], ["count", "Count", "次数"],
	["local", "Local", "本端"], ["remote", "Remote", "对端"], ["process", "Process", "进程"], [null, "Why", "说明"],
];
let page = 0;

function heads() {
	byId("resets").tHead.rows[0].replaceChildren(...COLUMNS.map(([key, en, zh]) => {
		const title = say(en, zh);
		const th = element("th", null, { scope: "col" });
		if (key === "count")
			th.className = "number";
		if (!key) {
			th.textContent = title;
			return th;
		}
		const up = view.sort === key, down = view.sort === `-${key}`;
		th.setAttribute("aria-sort", up ? "ascending" : down ? "descending" : "none");
		const button = element("button", title, { type: "button" });
		button.dataset.sort = key;
		button.addEventListener("click", () => {
			change({ sort: up ? `-${key}` : key, event: "" });
			byId("resets").querySelector(`button[data-sort=${key}]`).focus();
		});
		th.append(button);
		return th;
	}));
}

function plain(value) {
	if (value === true)
		return "yes";
	if (value === false)
		return "no";
	return value === null ? "none" : String(value);
}

// Times of the kernel, in units that can be read.
const UNITS = { ns: 1e-3, us: 1, ms: 1e3, s: 1e6 };
function span(us) {
	const [unit, of] = [["us", 1], ["ms", 1e3], ["s", 1e6], ["min", 60e6], ["h", 3600e6], ["days", 86400e6]]
		.findLast(([, least]) => us >= least) || ["us", 1];
	return `${Number((us / of).toPrecision(3))} ${unit}`;
}

function fact(key, value, before) {
	const unit = /_(ns|us|ms|s)$/.exec(key);
	if (!unit || typeof value !== "number" || !value)
		return [before + key.replaceAll("_", " "), plain(value)];
	return [before + key.slice(0, unit.index).replaceAll("_", " "), span(value * UNITS[unit[1]])];
}

// Inner objects in one list, their keys before those in them.
function facts(map, before, out) {
	for (const [key, value] of map) {
		const name = before + key.replaceAll("_", " ");
		if (value instanceof Map) {
			facts(value, `${name} `, out);
		} else if (Array.isArray(value)) {
			if (value.every((v) => !(v instanceof Map) && !Array.isArray(v)))
				out.push([name, value.map(plain).join(", ")]);
			else
				value.forEach((v, i) => v instanceof Map ? facts(v, `${name} ${i + 1} `, out) : out.push([name, plain(v)]));
		} else {
			out.push(fact(key, value, before));
		}
	}
	return out;
}

function list(pairs) {
	const dl = element("dl");
	for (const [name, value] of pairs)
		if (value !== "")
			dl.append(element("dt", name), element("dd", value));
	return dl;
}

function block(title, content) {
	const div = element("div");
	div.append(element("h3", title), content);
	return div;
}

function frames(names) {
	const ol = element("ol", null, { className: "frames" });
	ol.append(...names.map((name) => element("li", name)));
	return ol;
}

function detail(row) {
	const tr = element("tr", null, { className: "detail" });
	const td = element("td", null, { colSpan: COLUMNS.length }), grid = element("div", null, { className: "facts" });
	const known = row.detail >= 0 ? readObject(row.detail, 0) : new Map();
	const sections = [], rest = [];
	let stack = row.stack >= 0 ? data.stacks[row.stack].map((i) => data.strings[i]) : [];
	let evidence = null;

	td.append(element("p", row.why, { className: "sentence" }));
	if (row.count > 1)
		td.append(element("p", say(`This row stands for ${resets(row.count)} of one kind`, `此行代表同一种的 ${resets(row.count)}`) +
			(row.last > row.time ? `, ${moment(row.time)} ${say("to", "至")} ${moment(row.last)}` : "") +
			say("; what follows is the first one’s.", "；以下是第一个的详情。"),
		{ className: "quiet" }));
	for (const [key, value] of known) {
		if (key === "evidence" && value instanceof Map) {
			evidence = facts(value, "", []);
		} else if (value instanceof Map) {
			const copy = new Map(value);
			if (key === "kernel" && Array.isArray(copy.get("stack"))) {
				stack = copy.get("stack").map(plain);
				copy.delete("stack");
			}
			sections.push([key.replaceAll("_", " "), facts(copy, "", [])]);
		} else {
			rest.push(...facts(new Map([[key, value]]), "", []));
		}
	}
	grid.append(block("verdict", list([["cause", row.cause], ["certainty", row.certainty], ["harmless", row.benign ? "yes" : "no"],
		["direction", row.direction], ["local", row.localEnd], ["remote", row.remoteEnd], ["process", row.owner],
		["host", row.host], ["time", row.time ? `${day(row.time)} ${clock(row.time)} ${zone()}` : ""]])));
	if (rest.length)
		grid.append(block("more", list(rest)));
	for (const [title, pairs] of sections)
		if (pairs.length)
			grid.append(block(title, list(pairs)));
	if (stack.length)
		grid.append(block(say("kernel stack, innermost first", "内核调用栈，最内层在前"), frames(stack)));
	td.append(grid);
	if (evidence) {
		const more = element("details");
		more.append(element("summary", say("Further numbers that the verdict rests on", "判定所依据的其他数字")), list(evidence));
		td.append(more);
	}
	if (row.detail < 0)
		td.append(element("p", say("The rest of what was recorded of it did not fit into this page; rsttrace report -j has it.",
			"其余记录放不进本页；rsttrace report -j 有全部。"),
			{ className: "quiet" }));
	const cause = causeOf.get(row.cause);
	if (cause && wordsOf(cause).todo) {
		const button = element("button", say(`What ${row.cause} means, and what to do`, `${row.cause} 的含义与处理`), { type: "button", className: "no-print" });
		button.addEventListener("click", () => explain(row.cause));
		td.append(element("p"), button);
	}
	tr.append(td);
	return tr;
}

function tableRow(row) {
	const tr = element("tr", null, { className: row.benign ? "row harmless" : "row" });
	const open = view.event === String(row.i);
	const button = element("button", moment(row.time), { type: "button", ariaExpanded: String(open) });
	const when = element("td", null, { className: "when" }), cause = element("td", null, { className: "cause" });
	const why = element("td", null, { className: "why" });
	button.dataset.event = row.i;
	button.addEventListener("click", () => openEvent(open ? "" : String(row.i), row.i));
	when.append(button);
	cause.append(element("span", null, { className: `dot ${colourOf(row.cause)}` }), row.cause);
	if (row.certainty && row.certainty !== "certain" && row.cause !== "unknown")
		why.append(element("span", say("probably: ", "很可能："), { className: "probably" }));
	why.append(row.why);
	tr.append(when, element("td", row.direction === "received" ? "recv" : row.direction === "passing" ? "pass" : row.direction),
		cause, element("td", number.format(row.count), { className: "number" }),
		element("td", row.localEnd, { className: "end" }), element("td", row.remoteEnd, { className: "end" }),
		element("td", row.host ? `${row.owner} @${row.host}` : row.owner, { className: "owner", title: row.owner }), why);
	if (open)
		tr.classList.add("opened");
	return open ? [tr, detail(row)] : [tr];
}

function openEvent(event, focus) {
	view.event = event;
	writeView();
	drawTable();
	byId("resets").querySelector(`button[data-event="${Number(focus)}"]`)?.focus();
}

function drawTable() {
	const pages = Math.max(1, Math.ceil(shown.length / PAGE_ROWS));
	page = Math.min(page, pages - 1);
	const part = shown.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
	byId("resets").tBodies[0].replaceChildren(...part.flatMap(tableRow));
	byId("where").textContent = shown.length ?
		say(`rows ${number.format(page * PAGE_ROWS + 1)} to ${number.format(page * PAGE_ROWS + part.length)} of ${number.format(shown.length)}`,
			`第 ${number.format(page * PAGE_ROWS + 1)} 至 ${number.format(page * PAGE_ROWS + part.length)} 行，共 ${number.format(shown.length)} 行`) :
		say("nothing passes the filter", "没有通过筛选的");
	byId("before").disabled = page === 0;
	byId("next").disabled = page + 1 === pages;
}

function setUpTable() {
	const turn = (by) => {
		page += by;
		drawTable();
		byId("table-title").focus();
		byId("table-title").scrollIntoView();
	};
	byId("before").addEventListener("click", () => turn(-1));
	byId("next").addEventListener("click", () => turn(1));
	byId("skip").addEventListener("click", (e) => {
		e.preventDefault();
		byId("table-title").focus();
		byId("table-title").scrollIntoView();
	});
	listeners.push(() => {
		if (data.lines > rows.length)
			byId("folded").textContent = say(`${plural(data.lines, "line", "lines")} of the recordings in ${plural(rows.length, "row", "rows")}: ` +
				"those of one kind and about the same time stand in one, with their number.",
			`记录中的 ${number.format(data.lines)} 行合为 ${number.format(rows.length)} 行：同一种且时间相近的合在一起，并给出个数。`);
		const at = view.event ? shown.findIndex((row) => String(row.i) === view.event) : 0;
		page = Math.max(0, Math.floor(at / PAGE_ROWS));
		heads();
		drawTable();
	});
}
