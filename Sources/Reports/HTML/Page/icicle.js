// The icicle chart: a node is as wide as its time and has the colour of its layer; its calls are below it. What is not covered by calls is
// the node's own time. Above it lies the whole, small, wherever one has zoomed to.

const rowHeight = 21;
const overviewRow = 3;
const maxRows = 40;
/** What would be narrower, in pixels, is shown with others as one. */
const minWidth = 2;
/** The calls of a box that is narrower are one box: they could not be told from each other, and the chart would become tall for nothing. */
const minCallerWidth = 10;

/** Places of nodes: each with its left edge, width and row. Ancestors of the node in focus are as wide as the whole. */
function arrange(focus, width, byTime) {
  const boxes = [];
  const line = lineage(focus);
  line.slice(0, -1).forEach((node, row) => boxes.push({ node, x: 0, width, row, isAncestor: true }));
  const open = [{ node: focus, x: 0, width, row: line.length - 1 }];
  let isCut = false;
  while (open.length > 0) {
    const box = open.pop();
    boxes.push(box);
    const { node } = box;
    if (node.children.length === 0 || node.weight <= 0) continue;
    if (box.row + 1 >= maxRows) {
      isCut = true;
      continue;
    }
    const scale = box.width / node.weight;
    let x = box.x;
    const children = box.width < minCallerWidth ? stub(node) : grouped(node, (child) => child.weight * scale < minWidth, byTime);
    for (const child of children) {
      const childWidth = child.weight * scale;
      // A group in a sliver of a group says nothing more.
      if (childWidth >= 0.5) open.push({ node: child, x, width: childWidth, row: box.row + 1 });
      x += childWidth;
    }
  }
  return { boxes, rows: Math.max(...boxes.map((box) => box.row)) + 1, isCut };
}

class Icicle {
  /**
   * @param onPoint is told the node that is pointed at or moved to.
   * @param onZoom is told the node that fills the width.
   */
  constructor({ onPoint, onZoom }) {
    this.onPoint = onPoint;
    this.onZoom = onZoom;
    this.canvas = html("canvas", {
      class: "icicle", tabindex: "0", role: "application", "aria-roledescription": "icicle chart", "aria-describedby": "icicle-keys",
      onclick: (event) => this.click(event), onmousemove: (event) => this.hover(event), onmouseleave: () => this.point(null),
      onkeydown: (event) => this.key(event), onfocus: () => this.draw(), onblur: () => this.draw(),
    });
    this.overview = html("canvas", {
      class: "overview", "aria-hidden": "true", title: "the whole tree; a click zooms",
      onclick: (event) => this.clickOverview(event),
    });
    this.ruler = html("div");
    this.note = html("p", { class: "note", hidden: true }, `Deeper levels are not drawn: zoom in to see them.`);
    this.host = html("div", { class: "chart" }, this.overview, this.ruler, this.canvas, this.note);
    this.search = new Search({ children: [] }, "");
    new ResizeObserver(() => this.layout()).observe(this.host);
    themeListeners.push(() => this.layout());
  }

  /** Shows a tree from its root on. */
  show(root, byTime) {
    [this.root, this.byTime, this.focus, this.cursor, this.pointed] = [root, byTime, root, root, null];
    this.layout();
    this.onZoom(root);
  }

  highlight(search) {
    this.search = search;
    this.draw();
    this.drawOverview();
  }

  // Where things are

  layout() {
    this.width = Math.max(200, Math.floor(this.host.clientWidth));
    if (!this.root || this.host.clientWidth === 0) return;
    const { boxes, rows, isCut } = arrange(this.focus, this.width, this.byTime);
    [this.boxes, this.rows] = [boxes, rows];
    this.note.hidden = !isCut;
    this.ruler.replaceChildren(ruler(timeTicks(0, this.focus.weight, { most: this.width < 700 ? 4 : 6 }), this.focus.weight));
    this.whole = arrange(this.root, this.width, this.byTime);
    this.background = themeColor("panel");
    this.ink = themeColor("ink");
    this.smallColor = themeColor("smaller");
    this.accent = themeColor("accent");
    this.draw();
    this.drawOverview();
  }

  context(canvas, height) {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = this.width * ratio;
    canvas.height = height * ratio;
    canvas.style.setProperty("height", `${height}px`);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    return context;
  }

  // Drawing

  draw() {
    if (!this.boxes) return;
    const context = this.context(this.canvas, this.rows * rowHeight + 2);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (const box of this.boxes) this.drawBox(context, box);
    const current = this.boxes.find((box) => box.node === this.cursor);
    if (current && document.activeElement === this.canvas) this.outline(context, current, this.accent, 3);
    const pointed = this.boxes.find((box) => box.node === this.pointed);
    if (pointed) this.outline(context, pointed, this.ink, 1.5);
  }

  color(node) {
    const layer = nodeLayer(node);
    return layer === null ? null : layerColor(layer);
  }

  drawBox(context, { node, x, width, row, isAncestor }) {
    const [y, drawn] = [row * rowHeight, Math.max(width - (width > 3 ? 1 : 0.3), 0.5)];
    const color = this.color(node);
    const isDim = this.search.isOn && !this.search.hits.has(node);
    context.globalAlpha = isDim ? 0.22 : isAncestor ? 0.55 : 1;
    context.fillStyle = color ?? this.smallColor;
    context.fillRect(x, y, drawn, rowHeight - 1);
    context.globalAlpha = 1;
    if (color === null && node.kind !== "all") this.hatch(context, x, y, drawn);
    if (this.search.hits.has(node)) this.outline(context, { x, width, row }, this.ink, 1.5);
    if (width > 26) this.label(context, node, x, y, width, isDim || isAncestor || color === null ? this.ink : textColor(color));
  }

  hatch(context, x, y, width) {
    context.save();
    context.beginPath();
    context.rect(x, y, width, rowHeight - 1);
    context.clip();
    context.strokeStyle = this.background;
    context.lineWidth = 1;
    context.beginPath();
    for (let at = x - rowHeight; at < x + width; at += 6) {
      context.moveTo(at, y + rowHeight);
      context.lineTo(at + rowHeight, y);
    }
    context.stroke();
    context.restore();
  }

  label(context, node, x, y, width, color) {
    const text = fitted(context, nodeName(node), width - 8);
    if (text === "") return;
    if (this.color(node) === null && node.kind !== "all") {
      // On hatches a label needs a ground of its own.
      context.fillStyle = this.background;
      context.fillRect(x + 2, y + 3, Math.min(context.measureText(text).width + 4, width - 4), rowHeight - 7);
    }
    context.fillStyle = color;
    context.fillText(text, x + 4, y + rowHeight / 2);
  }

  outline(context, { x, width, row }, color, thick) {
    context.strokeStyle = color;
    context.lineWidth = thick;
    context.strokeRect(x + thick / 2, row * rowHeight + thick / 2, Math.max(width - thick - 1, 1), rowHeight - thick - 1);
  }

  drawOverview() {
    if (!this.whole) return;
    const height = this.whole.rows * overviewRow + 1;
    const context = this.context(this.overview, height);
    const path = new Set(lineage(this.focus));
    for (const { node, x, width, row } of this.whole.boxes) {
      const isHit = !this.search.isOn || this.search.hits.has(node);
      context.globalAlpha = isHit ? 1 : 0.2;
      context.fillStyle = this.color(node) ?? this.smallColor;
      context.fillRect(x, row * overviewRow, Math.max(width - (width > 3 ? 0.5 : 0), 0.5), overviewRow - 0.5);
    }
    context.globalAlpha = 1;
    // The part that fills the chart; if it is too thin for a place of its own, that of the nearest caller that has one.
    const shown = this.whole.boxes.filter(({ node }) => path.has(node)).at(-1);
    if (!shown || this.focus === this.root) return;
    context.strokeStyle = this.accent;
    context.lineWidth = 2;
    context.strokeRect(shown.x + 1, Math.max(shown.row * overviewRow, 1), Math.max(shown.width - 2, 2), height - shown.row * overviewRow - 2);
  }

  // Moving about

  at(event, boxes, high) {
    const frame = event.target.getBoundingClientRect();
    const [x, row] = [event.clientX - frame.left, Math.floor((event.clientY - frame.top) / high)];
    return boxes.find((box) => box.row === row && x >= box.x && x < box.x + Math.max(box.width, 1))?.node ?? null;
  }

  click(event) {
    const node = this.at(event, this.boxes, rowHeight);
    if (node) this.zoom(node);
  }

  clickOverview(event) {
    const node = this.at(event, this.whole.boxes, overviewRow);
    this.zoom(node ?? this.root);
  }

  hover(event) {
    const node = this.at(event, this.boxes, rowHeight);
    if (node !== this.pointed) this.point(node);
  }

  point(node) {
    this.pointed = node;
    this.draw();
    this.onPoint(node ?? this.cursor, false);
  }

  move(node) {
    if (!node) return;
    this.cursor = node;
    // What is not in the chart has to be brought there.
    if (!this.boxes.some((box) => box.node === node)) return this.zoom(node.parent ?? node, node);
    this.draw();
    this.onPoint(node, true);
  }

  zoom(target, cursor = target) {
    const node = target.opens ?? target;
    [this.focus, this.cursor, this.pointed] = [node, cursor.opens ?? cursor, null];
    this.layout();
    this.onZoom(node);
    this.onPoint(this.cursor, true);
  }

  /** To the caller of what fills the width. */
  back() {
    if (this.focus.parent) this.zoom(this.focus.parent, this.focus);
  }

  neighbour(step) {
    const current = this.boxes.find((box) => box.node === this.cursor);
    if (!current) return null;
    const row = this.boxes.filter((box) => box.row === current.row).sort((a, b) => a.x - b.x);
    return row[row.indexOf(current) + step]?.node ?? null;
  }

  below() {
    const current = this.boxes.find((box) => box.node === this.cursor);
    const under = this.boxes.filter((box) => box.node.parent === this.cursor && box.row === (current?.row ?? -2) + 1);
    return under.sort((a, b) => b.width - a.width)[0]?.node ?? this.cursor.children[0] ?? null;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = {
      ArrowDown: () => this.move(this.below()), ArrowUp: () => this.move(this.cursor.parent),
      ArrowLeft: () => this.move(this.neighbour(-1)), ArrowRight: () => this.move(this.neighbour(1)),
      Enter: () => this.zoom(this.cursor), " ": () => this.zoom(this.cursor), Escape: () => this.back(), Backspace: () => this.back(),
      Home: () => this.zoom(this.root),
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    moves[event.key]();
  }
}

/** As much of a text as there is room for. */
function fitted(context, text, room) {
  const letters = Array.from(text.slice(0, 400));
  if (letters.length === text.length && context.measureText(text).width <= room) return text;
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(letters.slice(0, middle).join("") + "…").width <= room) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? "" : letters.slice(0, low).join("") + "…";
}
