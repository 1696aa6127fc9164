// The same tree as a table whose rows fold: for reading, for the keyboard alone, and for whoever does not see the chart.

class TreeListing {
  /**
   * @param onPoint is told the node of the row that has the focus.
   * @param onZoom is told the node of a row that was entered.
   */
  constructor({ onPoint, onZoom }) {
    this.onPoint = onPoint;
    this.onZoom = onZoom;
    this.body = html("tbody");
    const titles = [["function", "text"], ["total time", "time"], ["of all", "chart"], ["self time", "time"], ["calls (count)", "count"],
      ["mean time", "time"], ["p99 time", "time"]];
    this.table = html("table", { role: "treegrid", "aria-label": "Calls below each other, with their times", onkeydown: (event) => this.key(event) },
      html("thead", {}, html("tr", { role: "row" }, titles.map(([title, kind]) => html("th", { scope: "col", role: "columnheader", class: kind }, title)))),
      this.body);
    this.host = html("div", { class: "scroller listing", role: "group", "aria-label": "Tree of calls" }, this.table);
    this.search = new Search({ children: [] }, "");
  }

  /** Shows a tree, its heaviest calls unfolded. */
  show(root, byTime) {
    [this.root, this.byTime] = [root, byTime];
    this.rows = new Map();
    this.body.replaceChildren();
    this.insert([root], 1, null);
    let room = 14;
    const open = [root];
    while (open.length > 0 && room > 0) {
      const node = open.shift();
      const children = this.children(node);
      if (children.length === 0 || (node !== root && node.weight < root.weight * 0.15)) continue;
      room -= children.length;
      this.unfold(node);
      open.push(...children);
    }
  }

  highlight(search) {
    this.search = search;
    for (const [node, row] of this.rows) this.mark(node, row);
    if (!search.isOn || search.hits.size === 0) return;
    // Down to the first hits, as many as one can look at.
    for (const node of [...search.hits].slice(0, 12)) this.reveal(node);
  }

  /** Unfolds whatever a node is in. */
  reveal(node) {
    for (const caller of lineage(node).slice(0, -1)) {
      this.unfold(caller);
      for (const child of this.children(caller)) if (child.kind === "group" && child.children.some((inner) => lineage(node).includes(inner))) this.unfold(child);
    }
  }

  children(node) {
    const least = this.root.weight * 0.002;
    const isSmall = (child) => child.weight < least && child.kind !== "smaller";
    return node.kind === "group" ? node.children : grouped(node, node.children.length > 6 ? isSmall : () => false, this.byTime);
  }

  insert(nodes, level, after) {
    const rows = nodes.map((node, index) => this.row(node, level, index + 1, nodes.length));
    if (after) after.after(...rows);
    else this.body.append(...rows);
    if (!this.body.querySelector("[tabindex='0']")) this.body.firstElementChild.tabIndex = 0;
  }

  row(node, level, place, of) {
    const isLeaf = this.children(node).length === 0;
    const layer = nodeLayer(node);
    const row = html("tr", {
      role: "row", tabindex: "-1", "aria-level": level, "aria-posinset": place, "aria-setsize": of, "aria-expanded": isLeaf ? null : "false",
      class: node.kind, onclick: () => this.toggle(node), onfocus: () => this.onPoint(node, false), ondblclick: () => this.onZoom(node),
    },
    html("td", { role: "gridcell", class: "text name", style: { "--level": level - 1 } },
      html("i", { class: "fold", "aria-hidden": "true" }),
      html("i", { class: "swatch", style: layer === null ? {} : { background: layerColor(layer) } }),
      named(nodeName(node), 120), node.kind === "member" && html("span", { class: "dim" }, " with all below"),
      node.isInDoubt && html("span", { class: "warning" }, " in doubt")),
    html("td", { role: "gridcell", class: "time" }, time(node.total)),
    html("td", { role: "gridcell", class: "chart share" }, bar(node.weight, this.root.weight, layer === null ? null : layerColor(layer)),
      html("span", {}, share(node.weight, this.root.weight))),
    html("td", { role: "gridcell", class: "time" }, time(node.self)),
    html("td", { role: "gridcell", class: "count" }, node.calls > 0 ? number(node.calls) : "–",
      node.below > 0 && html("span", { class: "dim", title: "calls below, which have no row" }, ` +${count(node.below)}`)),
    html("td", { role: "gridcell", class: "time" }, node.calls > 0 ? time(Math.floor(node.total / node.calls)) : "–"),
    html("td", { role: "gridcell", class: "time" }, node.p99 === null || node.p99 === undefined ? "–" : time(node.p99)));
    this.rows.set(node, row);
    this.mark(node, row);
    return row;
  }

  mark(node, row) {
    row.classList.toggle("hit", this.search.hits.has(node));
    row.classList.toggle("holds", this.search.isOn && !this.search.hits.has(node) && this.search.concerns(node));
  }

  // Folding

  toggle(node) {
    if (this.rows.get(node)?.getAttribute("aria-expanded") === "true") this.fold(node);
    else this.unfold(node);
  }

  unfold(node) {
    const row = this.rows.get(node);
    if (row?.getAttribute("aria-expanded") !== "false") return;
    row.setAttribute("aria-expanded", "true");
    this.insert(this.children(node), Number(row.getAttribute("aria-level")) + 1, row);
  }

  fold(node) {
    const row = this.rows.get(node);
    if (row?.getAttribute("aria-expanded") !== "true") return;
    row.setAttribute("aria-expanded", "false");
    for (const child of this.children(node)) this.remove(child);
  }

  remove(node) {
    this.fold(node);
    const row = this.rows.get(node);
    if (row?.contains(document.activeElement)) this.focus(node.parent);
    row?.remove();
    this.rows.delete(node);
  }

  // Keys

  focus(node) {
    const row = this.rows.get(node);
    if (!row) return;
    for (const other of this.body.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    row.tabIndex = 0;
    row.focus();
  }

  nodeOf(row) {
    for (const [node, own] of this.rows) if (own === row) return node;
    return null;
  }

  /** The row that a node stands below. */
  caller(row) {
    const level = Number(row.getAttribute("aria-level"));
    let above = row.previousElementSibling;
    while (above && Number(above.getAttribute("aria-level")) >= level) above = above.previousElementSibling;
    return above;
  }

  key(event) {
    const row = event.target.closest("tr");
    const node = row && this.nodeOf(row);
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = row.getAttribute("aria-expanded") === "true";
    const isFolded = row.getAttribute("aria-expanded") === "false";
    const go = (to) => to && this.focus(this.nodeOf(to));
    const moves = {
      ArrowDown: () => go(row.nextElementSibling), ArrowUp: () => go(row.previousElementSibling),
      ArrowRight: () => (isFolded ? this.unfold(node) : isOpen ? go(row.nextElementSibling) : null),
      ArrowLeft: () => (isOpen ? this.fold(node) : go(this.caller(row))),
      Home: () => go(this.body.firstElementChild), End: () => go(this.body.lastElementChild),
      Enter: () => this.onZoom(node), " ": () => this.toggle(node),
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    moves[event.key]();
  }
}
