// Trees of calls: which one is shown, as a chart and as a table, and what is known of the node that is pointed at.

class Explorer {
  constructor() {
    this.choices = this.trees();
    this.decoded = new Map();
    this.details = html("div", { class: "details" });
    this.spoken = html("p", { class: "hidden", "aria-live": "polite", id: "spoken" });
    this.crumbs = html("nav", { class: "crumbs", "aria-label": "Zoomed to" });
    this.found = html("output", { class: "found", for: "search" });
    this.icicle = new Icicle({ onPoint: (node, isSpoken) => this.point(node, isSpoken), onZoom: (node) => this.zoomed(node) });
    this.listing = new TreeListing({ onPoint: (node) => this.point(node, false), onZoom: (node) => this.icicle.zoom(node) });
    this.picker = html("select", { id: "tree", onchange: () => this.show(Number(this.picker.value)) }, this.options());
    this.field = html("input", {
      id: "search", type: "search", placeholder: "search functions ( / )", autocomplete: "off", spellcheck: "false", "aria-label": "Search functions",
      oninput: () => this.find(), onkeydown: (event) => { if (event.key === "Escape") { this.field.value = ""; this.find(); this.icicle.canvas.focus(); } },
    });
  }

  // Which trees there are

  trees() {
    const trees = [];
    if (data.merged.tree.parent.length > 0) {
      trees.push({ label: "all trees, merged", group: "all", lists: data.merged.tree, title: "all trees", byTime: true });
    }
    data.trees.forEach((root) => {
      const name = data.functions.names[root.name];
      const add = (label, tree) => tree && trees.push({ label, group: name, tree, lists: tree.tree, byTime: false });
      add(`typical: ${root.typical ? duration(root.typical.ns) : ""}`, root.typical);
      root.slowest.forEach((tree, index) => add(`slowest ${index + 1}: ${duration(tree.ns)}`, tree));
    });
    return trees;
  }

  options() {
    const groups = [...new Set(this.choices.map((choice) => choice.group))];
    return groups.map((group) => {
      const options = this.choices.map((choice, index) => [choice, index]).filter(([choice]) => choice.group === group)
        .map(([choice, index]) => html("option", { value: index }, choice.label));
      return group === "all" ? options : html("optgroup", { label: `one tree of ${shortened(group, 60)}` }, options);
    });
  }

  tree(index) {
    const { lists, title } = this.choices[index];
    if (!this.decoded.has(index)) this.decoded.set(index, decodeTree(lists, title));
    return this.decoded.get(index);
  }

  show(index) {
    this.picker.value = String(index);
    this.root = this.tree(index);
    const { byTime } = this.choices[index];
    this.listing.show(this.root, byTime);
    this.icicle.show(this.root, byTime);
    this.describe(this.root);
    this.find();
  }

  // What is pointed at

  point(node, isSpoken) {
    if (!node) return;
    this.describe(node);
    if (isSpoken) {
      this.spoken.textContent = `${nodeName(node)}, ${nodeLayer(node) ?? ""}, total time ${duration(node.total)}, `
        + `${share(node.weight, this.root.weight)} of all, ${plural(node.calls, "call")}`;
    }
  }

  describe(node) {
    const layer = nodeLayer(node);
    const caller = node.parent;
    const rows = [
      ["layer", layer === null ? null : layerTag(layer)],
      ["total time", time(node.total)],
      ["self time", time(node.self)],
      ["of all", share(node.weight, this.root.weight)],
      ["of its caller", caller ? share(node.weight, caller.weight) : null],
      ["calls (count)", node.calls > 0 ? number(node.calls) : null],
      ["mean time", node.calls > 0 ? time(Math.floor(node.total / node.calls)) : null],
      ["p50 time", node.p50 === null || node.p50 === undefined ? null : time(node.p50)],
      ["p99 time", node.p99 === null || node.p99 === undefined ? null : time(node.p99)],
      ["max time", node.max === null || node.max === undefined ? null : time(node.max)],
    ];
    this.details.replaceChildren(
      html("strong", { class: "name" }, isolated(nodeName(node)), node.kind === "member" ? " with all that it called" : ""),
      facts(rows), node.bins ? sparkline(node.bins, sparkRange([node.bins]), "call", layer === null ? null : layerColor(layer)) : "");
  }

  zoomed(node) {
    const line = lineage(node);
    this.crumbs.replaceChildren(...line.map((at, index) => html("button", {
      type: "button", "aria-current": index === line.length - 1 ? "true" : null, title: nodeName(at), onclick: () => this.icicle.zoom(at),
    }, isolated(shortened(nodeName(at), 40)))));
  }

  // Search

  find() {
    const search = new Search(this.root, this.field.value);
    this.icicle.highlight(search);
    this.listing.highlight(search);
    this.found.textContent = !search.isOn ? ""
      : `${plural(search.hits.size, "node")}: ${duration(search.weight)}, ${share(search.weight, this.root.weight)} of the time; ${plural(search.calls, "call")}`;
  }

  // The section

  view() {
    if (this.choices.length === 0) {
      return section("calls", "Call trees", functionTime, html("p", { class: "empty" }, "The trace has no complete tree of calls."));
    }
    const { inDoubt, leftOut } = data.merged;
    const notes = [
      inDoubt > 0 && `${plural(inDoubt, "tree")} with calls in doubt ${inDoubt === 1 ? "is" : "are"} not merged.`,
      leftOut > 0 && `${plural(leftOut, "call")} for whose way there was no room ${leftOut === 1 ? "is" : "are"} told by time only.`,
    ].filter(Boolean);
    const view = section("calls", "Call trees", functionTime,
      html("p", { class: "intro" }, "A box is as wide as its time and has the colour of its layer; its calls are below it, and what they leave free is its own time. "
        + "A click zooms; what is too small to be drawn is one hatched box, which opens by a click too."),
      html("div", { class: "tools" }, html("label", { for: "tree" }, "tree "), this.picker, this.field, this.found),
      this.crumbs, this.icicle.host,
      html("p", { class: "hidden", id: "icicle-keys" }, "Arrow keys move, Enter zooms, Escape goes back, slash searches. The table below has the same."),
      this.details, this.spoken, legend([...new Set(data.functions.layers)].map((layer) => data.functions.layerNames[layer])),
      notes.map((note) => html("p", { class: "note warning" }, note)),
      html("h3", {}, "The same as a table"), html("p", { class: "intro" }, "A click folds and unfolds a row; Enter zooms the chart to it."), this.listing.host,
      this.singles());
    this.start = () => this.show(0);
    return view;
  }

  /** Which single trees there are. */
  singles() {
    if (data.trees.length === 0) return null;
    const rows = this.choices.map((choice, index) => ({ ...choice, index })).filter((choice) => choice.tree);
    return [html("h3", {}, "Single trees"),
      html("p", { class: "intro" }, "Of each root the slowest calls, and one that took about as long as half of them."),
      table([
        { title: "root", kind: "text", isHead: true, value: (row) => row.group, cell: (row) => named(row.group, 60) },
        { title: "which", kind: "text", value: (row) => row.label, cell: (row) => html("button", {
          type: "button", class: "link", onclick: () => { this.show(row.index); this.picker.scrollIntoView({ block: "center" }); },
        }, row.label) },
        { title: "time", kind: "time", value: (row) => row.tree.ns },
        { title: "layers, self time", kind: "chart", cell: (row) => strip(selfByLayer(row.lists), row.tree.ns) },
        { title: "calls (count)", kind: "count", value: (row) => sum(row.lists.calls) + sum(row.lists.below) },
        { title: "began at", kind: "text", value: (row) => row.tree.startNs, cell: (row) => (row.tree.startNs === null ? "–" : `${(row.tree.startNs / 1e9).toFixed(6)} s`) },
        { title: "task", kind: "text", value: (row) => row.tree.task, cell: (row) => isolated(row.tree.tid === null ? "–" : `${row.tree.task ?? "<...>"}-${row.tree.tid}`) },
        { title: "CPU", kind: "count", value: (row) => row.tree.cpu },
        { title: "tree", kind: "count", note: "its number in all exports of the trace", value: (row) => row.tree.number },
        { title: "", kind: "text", value: (row) => (row.tree.partial ? "in doubt" : "") },
      ], rows, { caption: "Single trees", limit: 24 })];
  }
}

function sum(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** Self times of a tree by layer, most first. */
function selfByLayer(lists) {
  const times = new Map();
  lists.self.forEach((ns, index) => {
    const layer = lists.name[index] < 0 ? "other" : data.functions.layerNames[data.functions.layers[lists.name[index]]];
    times.set(layer, (times.get(layer) ?? 0) + ns);
  });
  return [...times].map(([layer, ns]) => ({ layer, name: layer, ns })).sort((a, b) => b.ns - a.ns);
}
