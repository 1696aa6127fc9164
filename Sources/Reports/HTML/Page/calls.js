// Trees of calls: nodes of the data as objects, those that are too small as one, and what a search finds.

const nodeKinds = ["call", "smaller", "member", "others", "leftOut"];

/** A tree of the data. Of several roots there is one node more, which has all of them. */
function decodeTree(lists, title) {
  const doubt = new Set(lists.doubt);
  const nodes = lists.parent.map((_, index) => ({
    kind: nodeKinds[lists.kind[index]], name: lists.name[index], calls: lists.calls[index], below: lists.below[index],
    parts: lists.parts[index], total: lists.total[index], self: lists.self[index], p50: lists.p50?.[index] ?? null,
    p99: lists.p99?.[index] ?? null, max: lists.max?.[index] ?? null, bins: lists.bins?.[index] ?? null,
    isInDoubt: doubt.has(index), children: [], parent: null, weight: lists.self[index],
  }));
  const roots = [];
  nodes.forEach((node, index) => {
    node.parent = nodes[lists.parent[index]] ?? null;
    (node.parent?.children ?? roots).push(node);
  });
  // As wide as what is known of it: its own time and that of its calls.
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    if (nodes[index].parent) nodes[index].parent.weight += nodes[index].weight;
  }
  if (roots.length === 1 && title === undefined) return roots[0];
  const all = (key) => roots.reduce((sum, node) => sum + node[key], 0);
  const whole = {
    kind: "all", title: title ?? "all", name: -1, calls: all("calls"), below: 0, parts: 1, total: all("total"), self: 0,
    weight: all("weight"), children: roots, parent: null, isInDoubt: false,
  };
  for (const root of roots) root.parent = whole;
  return whole;
}

/** The layer of a node's function; null where it has none. */
function nodeLayer(node) {
  return node.name >= 0 ? data.functions.layerNames[data.functions.layers[node.name]] : null;
}

/** What a node is called. */
function nodeName(node) {
  switch (node.kind) {
    case "call": case "member": return data.functions.names[node.name] ?? "(unknown)";
    case "all": return node.title;
    case "others": return `${count(node.parts)} others: ${duration(node.weight)}`;
    case "leftOut": return "calls beyond those that are told apart";
    default: return `${count(node.children.length)} smaller: ${duration(node.weight)}`;
  }
}

/** The node and all that called it, the outermost first. */
function lineage(node) {
  const line = [];
  for (let at = node; at; at = at.parent) line.unshift(at);
  return line;
}

/** Calls `visit` with a node and all below it, callers first. */
function walk(node, visit) {
  const open = [node];
  while (open.length > 0) {
    const next = open.pop();
    visit(next);
    for (let index = next.children.length - 1; index >= 0; index -= 1) open.push(next.children[index]);
  }
}

/**
 * The calls of a node in the order in which they are shown, with all that are too small as one, which comes last. Nothing is left out.
 * The same calls give the same group.
 */
function grouped(node, isSmall, byTime) {
  const children = byTime ? [...node.children].sort((a, b) => b.weight - a.weight) : node.children;
  const small = children.filter(isSmall);
  if (small.length < 2) return children;
  node.groups ??= new Map();
  // Calls are small or not by their time, so that as many are the same ones.
  if (!node.groups.has(small.length)) node.groups.set(small.length, groups(small, node));
  return [...children.filter((child) => !isSmall(child)), ...node.groups.get(small.length)];
}

/** One group; of a group that is nothing but small calls several, so that whoever opens them gets to the bottom. */
function groups(small, node) {
  if (node.kind !== "group" || small.length < node.children.length) return [group(small, node)];
  const length = Math.ceil(small.length / 20);
  return Array.from({ length: Math.ceil(small.length / length) }, (_, index) => group(small.slice(index * length, (index + 1) * length), node));
}

/** All calls of a caller that is too narrow for them; to open it is to zoom to the caller. */
function stub(node) {
  if (node.kind === "group" || node.children.length === 0) return [];
  node.stub ??= { ...group(node.children, node), opens: node };
  return [node.stub];
}

function group(children, parent) {
  const all = (key) => children.reduce((sum, child) => sum + child[key], 0);
  return {
    kind: "group", name: -1, children, parent, calls: 0, below: 0, parts: all("parts"), total: all("total"), self: 0, weight: all("weight"),
    isInDoubt: children.some((child) => child.isInDoubt),
  };
}

/** A search for a part of a name, or for one with `*`. */
class Search {
  constructor(root, text) {
    this.text = text.trim().toLowerCase();
    this.hits = new Set();
    this.holders = new Set();
    this.weight = 0;
    this.calls = 0;
    if (this.isOn) this.find(root);
  }

  get isOn() { return this.text !== ""; }

  matches(name) {
    const found = name.toLowerCase();
    let at = 0;
    for (const part of this.text.split("*")) {
      at = found.indexOf(part, at);
      if (at < 0) return false;
      at += part.length;
    }
    return true;
  }

  find(root) {
    const known = data.functions.names.map((name) => this.matches(name));
    walk(root, (node) => {
      if (!(node.name >= 0 && known[node.name])) return;
      this.hits.add(node);
      this.calls += node.calls;
      let isInside = false;
      for (let at = node.parent; at; at = at.parent) {
        isInside ||= this.hits.has(at);
        this.holders.add(at);
      }
      // What is inside of a hit is in its time.
      if (!isInside) this.weight += node.weight;
    });
  }

  /** Whether a node, or one below it, is a hit; groups, too. */
  concerns(node) {
    return this.hits.has(node) || this.holders.has(node) || (node.kind === "group" && node.children.some((child) => this.concerns(child)));
  }
}
