// What is shown of it: kept behind the # of the address, so that a view can be sent as a link.
const VIEW = { filter: "", cause: "", dir: "", abnormal: "", from: "", to: "", sort: "time", event: "", lang: data.language };
const view = { ...VIEW };
const listeners = [];
let shown = rows;

function readView() {
	const wanted = new URLSearchParams(location.hash.slice(1));
	for (const key of Object.keys(VIEW))
		view[key] = wanted.has(key) ? wanted.get(key) : VIEW[key];
}

function writeView() {
	const wanted = new URLSearchParams();
	for (const key of Object.keys(VIEW))
		if (view[key] !== VIEW[key])
			wanted.set(key, view[key]);
	const hash = wanted.toString();
	try {
		history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
	} catch {
		// Some browsers do not let a file change its own address.
	}
}

function textOf(row) {
	if (row.text === undefined)
		row.text = [row.cause, row.direction, row.certainty, row.localEnd, row.remoteEnd, row.owner, row.host, row.why]
			.join("\n").toLowerCase();
	return row.text;
}

const SORTS = {
	time: (a, b) => a.time - b.time,
	dir: (a, b) => a.direction.localeCompare(b.direction),
	cause: (a, b) => a.cause.localeCompare(b.cause),
	count: (a, b) => a.count - b.count,
	local: (a, b) => a.local.localeCompare(b.local, "en", { numeric: true }) || a.localPort - b.localPort,
	remote: (a, b) => a.remote.localeCompare(b.remote, "en", { numeric: true }) || a.remotePort - b.remotePort,
	process: (a, b) => a.owner.localeCompare(b.owner),
};

// With SPAN false, whenever it was; with CAUSE false, whatever it was.
function passing({ span = true, cause = true } = {}) {
	const words = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
	const names = cause && view.cause ? new Set(view.cause.split(",")) : null;
	const from = span && view.from ? Number(view.from) : -Infinity;
	const to = span && view.to ? Number(view.to) : Infinity;
	return rows.filter((row) => (!names || names.has(row.cause)) && (!view.dir || row.direction === view.dir) &&
		(!view.abnormal || !row.benign) && row.last >= from && row.time < to &&
		words.every((word) => textOf(row).includes(word)));
}

const total = (list) => list.reduce((sum, row) => sum + row.count, 0);

function show() {
	const descending = view.sort.startsWith("-");
	const order = SORTS[view.sort.replace(/^-/, "")] || SORTS.time;
	shown = passing().sort((a, b) => (descending ? order(b, a) : order(a, b)) || a.i - b.i);
	for (const listener of listeners)
		listener();
}

function change(what) {
	Object.assign(view, what);
	writeView();
	show();
}

function describeView() {
	const parts = [];
	if (view.filter)
		parts.push(say(`with “${view.filter}”`, `含“${view.filter}”`));
	if (view.cause)
		parts.push(say(`of ${view.cause.replaceAll(",", ", ")}`, `原因为 ${view.cause.replaceAll(",", "、")}`));
	if (view.dir)
		parts.push(view.dir);
	if (view.abnormal)
		parts.push(say("not harmless", "不是无害的"));
	if (view.from || view.to)
		parts.push(say(`from ${moment(Number(view.from) || begin)} to ${moment(Number(view.to) || end)}`,
			`${moment(Number(view.from) || begin)} 至 ${moment(Number(view.to) || end)}`));
	return parts.join(say(", ", "，"));
}

function setUpFilter() {
	const words = byId("words"), direction = byId("direction"), abnormal = byId("abnormal");
	for (const name of new Set(rows.map((row) => row.direction)))
		direction.append(element("option", name, { value: name }));
	words.addEventListener("input", () => change({ filter: words.value, event: "" }));
	direction.addEventListener("change", () => change({ dir: direction.value, event: "" }));
	abnormal.addEventListener("change", () => change({ abnormal: abnormal.checked ? "1" : "", event: "" }));
	byId("clear").addEventListener("click", () => change({ ...VIEW, sort: view.sort, lang: view.lang }));
	byId("filter").addEventListener("submit", (e) => e.preventDefault());
	listeners.push(() => {
		const said = describeView();
		if (words.value !== view.filter)
			words.value = view.filter;
		direction.value = view.dir;
		abnormal.checked = view.abnormal !== "";
		byId("clear").disabled = !said;
		byId("shown").textContent = !said ? resets(total(shown)) :
			say(`${number.format(total(shown))} of ${resets(data.resets)}`,
				`${resets(data.resets)}中的 ${number.format(total(shown))} 个`);
		byId("view").textContent = said ? say(`Shown here: those ${said}.`, `此处所示：${said}。`) : "";
	});
}
