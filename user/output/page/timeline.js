// How many there were when: all of them, one upon another; and each cause for itself.
const HEIGHT = 210, MARGIN = { top: 18, right: 12, bottom: 24, left: 52 };
const SECOND = 1e6;
const STEPS = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
	10800, 21600, 43200, 86400, 172800, 604800, 2592000].map((step, i) => i < 9 ? step : step * SECOND);
const SVG = "http://www.w3.org/2000/svg";
let bins = [], step = SECOND, first = 0, cursor = -1, anchor = -1, range = null;

function stepFor(width) {
	const [from, to] = range;
	const most = Math.max(20, Math.floor(width / 7));
	return STEPS.find((s) => (to - from) / s < most) || Math.ceil((to - from) / most);
}

// A bar's slot for each row; one that stands for a span is spread over it.
function spread(row, each) {
	const from = Math.floor((row.time - first) / step), to = Math.floor((row.last - first) / step);
	const slots = to - from + 1;
	let left = row.count;
	for (let slot = from; slot <= to; slot++) {
		const part = slot === to ? left : Math.round(row.count / slots);
		left -= part;
		if (part > 0 && slot >= 0 && slot < bins.length)
			each(slot, part);
	}
}

function fillBins(list) {
	const count = Math.max(1, Math.ceil((range[1] - first + 1) / step));
	bins = Array.from({ length: count }, (_, i) => ({ from: first + i * step, total: 0, of: new Map() }));
	for (const row of list)
		if (row.time > 0)
			spread(row, (slot, part) => {
				const bin = bins[slot];
				bin.total += part;
				bin.of.set(row.cause, (bin.of.get(row.cause) || 0) + part);
			});
}

function sayBin(i) {
	const bin = bins[i];
	if (!bin) {
		byId("moment").textContent = "";
		return;
	}
	const parts = [...bin.of].sort((a, b) => b[1] - a[1]).slice(0, 5)
		.map(([name, n]) => `${name} ${number.format(n)}`);
	const digits = step < SECOND ? 3 : 0;
	byId("moment").textContent = `${moment(bin.from, digits)} ${say("to", "至")} ${moment(bin.from + step, digits)}: ` +
		resets(bin.total) + (parts.length ? ` (${parts.join(", ")})` : "");
}

function selectBins(a, b) {
	const from = first + Math.min(a, b) * step, to = first + (Math.max(a, b) + 1) * step;
	cursor = anchor = -1;
	change({ from: String(from), to: String(to), event: "" });
}

function timeTicks(scale, width) {
	return scale.ticks(Math.max(3, Math.floor(width / 110)));
}

function drawTimeline() {
	const box = byId("timeline"), width = widthOf(box);
	if (!timed.length) {
		box.textContent = say("No line has a time.", "没有一行带有时间。");
		return;
	}
	range = view.from && view.to ? [Number(view.from), Number(view.to) - 1] : [begin, end];
	step = stepFor(width);
	first = Math.floor(range[0] / step) * step;
	fillBins(shown);
	const last = first + bins.length * step;
	const x = d3.scaleUtc().domain([shifted(first), shifted(last)]).range([MARGIN.left, width - MARGIN.right]);
	const most = Math.max(1, ...bins.map((bin) => bin.total));
	const y = d3.scaleLinear().domain([0, most]).nice(4).range([HEIGHT - MARGIN.bottom, MARGIN.top]);
	const svg = d3.select(box).selectAll("svg").data([0]).join("svg")
		.attr("viewBox", `0 0 ${width} ${HEIGHT}`).attr("height", HEIGHT).attr("tabindex", 0).attr("role", "img")
		.attr("aria-label", say(`Resets in time, ${plural(bins.length, "bar", "bars")}; the arrow keys move along them, ` +
			"Shift extends, Enter selects", `各时段的重置，${bins.length} 条；方向键移动，Shift 扩选，Enter 选定`));
	svg.selectAll("*").remove();
	const whole = d3.format(",d");
	svg.append("g").attr("class", "axis").attr("transform", `translate(${MARGIN.left},0)`)
		.call(d3.axisLeft(y).tickValues(y.ticks(4).filter(Number.isInteger)).tickFormat(whole)
			.tickSize(-(width - MARGIN.left - MARGIN.right)));
	svg.append("g").attr("class", "axis").attr("transform", `translate(0,${HEIGHT - MARGIN.bottom})`)
		.call(d3.axisBottom(x).tickValues(timeTicks(x, width)).tickSizeOuter(0));
	svg.append("text").attr("class", "title").attr("x", 2).attr("y", 10)
		.text(say(`resets in ${spanText(step)}, times are ${zone()}`, `每 ${spanText(step)} 的重置数，时间为 ${zone()}`));
	const names = [...causes].reverse().map((cause) => cause.name);
	const wide = (width - MARGIN.left - MARGIN.right) / bins.length;
	const gap = wide > 4 ? 1 : 0;
	bins.forEach((bin, i) => {
		let at = HEIGHT - MARGIN.bottom;
		for (const name of names) {
			const n = bin.of.get(name);
			if (!n)
				continue;
			// One reset is to be seen beside a thousand.
			const high = Math.max(1.5, HEIGHT - MARGIN.bottom - y(n));
			at -= high;
			svg.append("rect").attr("class", colourOf(name)).attr("x", MARGIN.left + i * wide).attr("y", at)
				.attr("width", Math.max(1, wide - gap)).attr("height", high);
		}
	});
	svg.append("rect").attr("class", "zone").attr("y", MARGIN.top).attr("height", HEIGHT - MARGIN.top - MARGIN.bottom)
		.attr("visibility", "hidden");
	svg.append("rect").attr("class", "cursor").attr("y", MARGIN.top).attr("height", HEIGHT - MARGIN.top - MARGIN.bottom)
		.attr("visibility", "hidden");
	if (cursor >= bins.length)
		cursor = anchor = -1;
	mark(svg);
	listen(svg, width);
}

function spanText(us) {
	const units = [["day", 86400e6], ["hour", 3600e6], ["minute", 60e6], ["second", 1e6], ["millisecond", 1e3]];
	const [name, unit] = units.find(([, u]) => us >= u && us % u === 0) || units[4];
	const n = Math.round(us / unit);
	return n === 1 ? (name === "hour" ? "an hour" : `a ${name}`) : `${n} ${name}s`;
}

function mark(svg) {
	const x = (i) => MARGIN.left + i * (svg.node().viewBox.baseVal.width - MARGIN.left - MARGIN.right) / bins.length;
	const low = Math.min(cursor, anchor), high = Math.max(cursor, anchor);
	svg.select(".cursor").attr("visibility", cursor < 0 ? "hidden" : "visible")
		.attr("x", x(Math.max(0, cursor))).attr("width", x(1) - x(0));
	svg.select(".zone").attr("visibility", anchor < 0 ? "hidden" : "visible")
		.attr("x", x(Math.max(0, low))).attr("width", Math.max(1, x(high + 1) - x(low)));
}

function listen(svg, width) {
	const node = svg.node();
	const binAt = (e) => {
		const at = node.getBoundingClientRect();
		const px = (e.clientX - at.left) * width / at.width;
		const i = Math.floor((px - MARGIN.left) / (width - MARGIN.left - MARGIN.right) * bins.length);
		return Math.max(0, Math.min(bins.length - 1, i));
	};
	node.onpointerdown = (e) => {
		if (e.button)
			return;
		anchor = cursor = binAt(e);
		node.setPointerCapture(e.pointerId);
		mark(svg);
	};
	node.onpointermove = (e) => {
		if (node.hasPointerCapture(e.pointerId)) {
			cursor = binAt(e);
			mark(svg);
		}
		sayBin(binAt(e));
	};
	node.onpointerup = (e) => {
		if (node.hasPointerCapture(e.pointerId) && anchor >= 0)
			selectBins(anchor, binAt(e));
	};
	node.onpointercancel = () => {
		cursor = anchor = -1;
		mark(svg);
	};
	node.onkeydown = (e) => {
		const move = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[e.key];
		if (move) {
			if (e.shiftKey && anchor < 0)
				anchor = Math.max(0, cursor);
			cursor = cursor < 0 ? 0 : Math.max(0, Math.min(bins.length - 1, cursor + move));
			if (!e.shiftKey)
				anchor = -1;
			mark(svg);
			sayBin(cursor);
		} else if (e.key === "Enter" && cursor >= 0) {
			selectBins(anchor < 0 ? cursor : anchor, cursor);
		} else if (e.key === "Escape") {
			cursor = anchor = -1;
			change({ from: "", to: "", event: "" });
		} else {
			return;
		}
		e.preventDefault();
	};
}

// As high as its share of its own highest one: what is rare keeps its shape.
function sparkline(name) {
	const svg = document.createElementNS(SVG, "svg");
	const most = Math.max(1, ...bins.map((bin) => bin.of.get(name) || 0));
	svg.setAttribute("viewBox", `0 0 ${bins.length} 22`);
	svg.setAttribute("preserveAspectRatio", "none");
	svg.setAttribute("aria-hidden", "true");
	bins.forEach((bin, i) => {
		const n = bin.of.get(name);
		if (!n)
			return;
		const bar = document.createElementNS(SVG, "rect");
		const high = Math.max(3, 21 * n / most);
		bar.setAttribute("class", colourOf(name));
		bar.setAttribute("x", i);
		bar.setAttribute("y", 22 - high);
		bar.setAttribute("width", Math.max(1, bins.length / 240));
		bar.setAttribute("height", high);
		svg.append(bar);
	});
	return svg;
}

function drawCauses() {
	const body = byId("causes").tBodies[0];
	const chosen = new Set(view.cause ? view.cause.split(",") : []);
	const list = passing({ cause: false }), sums = new Map();
	if (timed.length)
		fillBins(list);
	for (const row of list)
		sums.set(row.cause, (sums.get(row.cause) || 0) + row.count);
	const all = total(list), focused = body.contains(document.activeElement) ? document.activeElement.dataset.cause : null;
	body.replaceChildren(...causes.map((cause) => {
		const tr = element("tr"), sum = sums.get(cause.name) || 0, on = chosen.has(cause.name);
		const button = element("button", null, { type: "button", ariaPressed: String(on) });
		const name = element("td"), when = element("td");
		button.dataset.cause = cause.name;
		button.append(element("span", null, { className: `dot ${cause.colour}` }), cause.name);
		button.addEventListener("click", () => change({ cause: on ? "" : cause.name, event: "" }));
		name.append(button);
		if (timed.length)
			when.append(sparkline(cause.name));
		tr.className = sum && (!chosen.size || on) ? "" : "out";
		tr.append(name, element("td", number.format(sum), { className: "number" }),
			element("td", share(sum, all), { className: "number" }), when,
			element("td", cause.harmless === cause.count ? `${say("harmless: ", "无害：")}${wordsOf(cause).what || ""}` : wordsOf(cause).what || ""));
		return tr;
	}));
	if (focused)
		[...body.querySelectorAll("button")].find((b) => b.dataset.cause === focused)?.focus();
}

function setUpTimeline() {
	listeners.push(() => {
		drawTimeline();
		drawCauses();
		// The chart and what is said of its bars are of what is shown.
		if (timed.length)
			fillBins(shown);
	});
	let before = byId("timeline").clientWidth;
	new ResizeObserver(() => {
		const now = byId("timeline").clientWidth;
		if (now !== before) {
			before = now;
			drawTimeline();
			drawFlame();
		}
	}).observe(byId("timeline"));
}
