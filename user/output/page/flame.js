// A flame graph of the kernel's stacks, the outermost function at the top, below direction and cause.
const ROW = 19, LETTER = 6.3;
let tree = null, zoomed = null, focusedFrame = null;

function node(name, parent, kind) {
	return { name, parent, kind, value: 0, children: new Map(), depth: parent ? parent.depth + 1 : 0 };
}

function child(parent, name, kind) {
	let found = parent.children.get(name);
	if (!found)
		parent.children.set(name, found = node(name, parent, kind));
	return found;
}

function buildTree() {
	const root = node("all", null, "root");
	for (const row of shown) {
		if (row.stack < 0)
			continue;
		const frames = data.stacks[row.stack];
		let at = root;
		root.value += row.count;
		for (const [name, kind] of [[row.direction, "root"], [row.cause, "cause"]]) {
			at = child(at, name, kind);
			at.value += row.count;
		}
		for (let i = frames.length - 1; i >= 0; i--) {
			at = child(at, data.strings[frames[i]], "frame");
			at.value += row.count;
		}
	}
	return root;
}

function pathOf(n) {
	const path = [];
	for (let at = n; at; at = at.parent)
		path.unshift(at.name);
	return path;
}

// The same place in a tree that was made anew.
function find(path) {
	let at = tree;
	for (const name of path.slice(1)) {
		at = at.children.get(name);
		if (!at)
			return null;
	}
	return at;
}

function sayFrame(n) {
	byId("frame").textContent = n ? `${n.name}: ${resets(n.value)}, ${share(n.value, tree.value)}${say(" of those with a stack", "（占有调用栈的）")}` : "";
}

function layout(width) {
	const out = [];
	for (let at = zoomed.parent; at; at = at.parent)
		out.push({ n: at, x: 0, width });
	const place = (n, x, w) => {
		out.push({ n, x, width: w });
		let at = x;
		for (const c of [...n.children.values()].sort((a, b) => b.value - a.value)) {
			const cw = w * c.value / n.value;
			if (cw >= 1)
				place(c, at, cw);
			at += cw;
		}
	};
	if (zoomed.value)
		place(zoomed, 0, width);
	return out;
}

function classOf(n) {
	if (n.kind === "root")
		return "root";
	if (n.kind === "cause")
		return `tinted ${colourOf(n.name)}`;
	return n.depth % 2 ? "f0" : "f1";
}

function zoom(n) {
	zoomed = n;
	focusedFrame = n;
	drawFlame(true);
	sayFrame(n);
}

function neighbour(n, key) {
	if (key === "ArrowUp")
		return n.parent;
	const inside = (m) => [...m.children.values()].sort((a, b) => b.value - a.value);
	if (key === "ArrowDown")
		return inside(n)[0];
	const siblings = n.parent ? inside(n.parent) : [n];
	return siblings[siblings.indexOf(n) + (key === "ArrowRight" ? 1 : -1)];
}

function onKey(e, n) {
	if (e.key === "Enter" || e.key === " ") {
		zoom(n);
	} else if (e.key === "Escape") {
		zoom(tree);
	} else if (e.key.startsWith("Arrow")) {
		const to = neighbour(n, e.key);
		if (to) {
			focusedFrame = to;
			drawFlame(true);
			sayFrame(to);
		}
	} else {
		return;
	}
	e.preventDefault();
}

function drawFlame(focus) {
	const box = byId("flame"), width = widthOf(box);
	if (!tree || !tree.value) {
		box.replaceChildren(element("p", say("None of what is shown has a kernel stack.", "所示的都没有内核调用栈。"), { className: "quiet" }));
		return;
	}
	const list = layout(width);
	const high = ROW * (1 + Math.max(...list.map((p) => p.n.depth)));
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("viewBox", `0 0 ${width} ${high}`);
	svg.setAttribute("height", high);
	svg.setAttribute("role", "group");
	svg.setAttribute("aria-label", say("Flame graph of the kernel's stacks", "内核调用栈的火焰图"));
	if (!list.some((p) => p.n === focusedFrame))
		focusedFrame = zoomed;
	let toFocus = null;
	for (const { n, x, width: w } of list) {
		const g = document.createElementNS(SVG, "g"), rect = document.createElementNS(SVG, "rect");
		g.setAttribute("role", "button");
		g.setAttribute("tabindex", n === focusedFrame ? 0 : -1);
		g.setAttribute("aria-label", `${n.name}, ${resets(n.value)}, ${share(n.value, tree.value)}`);
		g.addEventListener("click", () => zoom(n));
		g.addEventListener("keydown", (e) => onKey(e, n));
		g.addEventListener("pointerenter", () => sayFrame(n));
		rect.setAttribute("class", classOf(n));
		rect.setAttribute("x", x);
		rect.setAttribute("y", n.depth * ROW);
		rect.setAttribute("width", w);
		rect.setAttribute("height", ROW);
		rect.setAttribute("rx", 2);
		g.append(rect);
		const letters = Math.floor((w - 8) / LETTER);
		if (letters >= 3) {
			const text = document.createElementNS(SVG, "text");
			const name = n.kind === "root" && !n.parent ? say(`all ${resets(n.value)} with a stack`, `全部 ${resets(n.value)}（有调用栈的）`) : n.name;
			text.setAttribute("x", x + 4);
			text.setAttribute("y", n.depth * ROW + 13);
			text.textContent = name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
			g.append(text);
		}
		if (focus && n === focusedFrame)
			toFocus = g;
		svg.append(g);
	}
	box.replaceChildren(svg);
	if (toFocus)
		toFocus.focus({ preventScroll: true });
}

function setUpFlame() {
	listeners.push(() => {
		const path = zoomed ? pathOf(zoomed) : [];
		tree = buildTree();
		zoomed = path.length ? find(path) || tree : tree;
		drawFlame();
		const without = total(shown) - tree.value;
		byId("frame").textContent = without && tree.value ?
			`${plural(without, "reset has", "resets have")} no stack: folded in the kernel, or seen on the wire only` : "";
	});
}
