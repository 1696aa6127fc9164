"""The page's own code on trees made by chance: whatever is too narrow is one box, and the boxes below a box are all of its calls."""

from browser import complain

PROPERTY = """
const random = (() => { let state = 7; return (limit) => { state = (state * 48271) % 2147483647; return state % limit; }; })();
const wrong = [];
for (let round = 0; round < 300; round += 1) {
  const size = 2 + random(400);
  const lists = { parent: [-1], kind: [0], name: [0], calls: [1], below: [0], parts: [1], total: [0], self: [random(1000)], doubt: [] };
  for (let index = 1; index < size; index += 1) {
    lists.parent.push(random(4) === 0 ? random(index) : Math.max(0, index - 1 - random(Math.min(index, 5))));
    for (const [key, value] of [["kind", 0], ["name", 0], ["calls", 1], ["below", 0], ["parts", 1], ["total", 0]]) lists[key].push(value);
    lists.self.push(random(20) === 0 ? random(1000000) : random(50));
  }
  const root = decodeTree(lists);
  if (root.weight !== lists.self.reduce((sum, ns) => sum + ns, 0)) wrong.push(`round ${round}: the whole is ${root.weight}`);
  let focus = root;
  for (let step = 0; step < 30 && focus; step += 1) {
    const { boxes } = arrange(focus, 300 + random(1200), random(2) === 0);
    const below = new Map();
    for (const box of boxes) {
      if (!Number.isFinite(box.x) || box.width < 0) wrong.push(`round ${round}: a box without a place`);
      if (!box.isAncestor) below.set(box.node, box);
    }
    for (const { node, width } of below.values()) {
      const isSmall = (child) => child.weight * width / node.weight < minWidth;
      const children = node.children.length === 0 ? [] : grouped(node, isSmall, true);
      const sum = children.reduce((sum, child) => sum + child.weight, 0);
      if (children.length > 0 && sum + node.self !== node.weight) wrong.push(`round ${round}: ${sum} + ${node.self} of ${node.weight}`);
    }
    // Into one group after the other one gets to the bottom, and never to where one was.
    const group = boxes.find((box) => box.node.kind === "group" && !box.isAncestor && box.node !== focus)?.node;
    const next = group?.opens ?? group;
    if (next && next.weight >= focus.weight && next.children.length >= focus.children.length && next.kind === focus.kind) wrong.push(`round ${round}: no way down`);
    if (step === 29 && next) wrong.push(`round ${round}: no end`);
    focus = next;
  }
}
return wrong;
"""


def check(browser, folder):
    browser.driver.get("about:blank")
    code = "\n".join((folder / f"{name}.js").read_text() for name in ("elements", "figures", "calls", "icicle"))
    for text in browser.run(f"const data = {{ functions: {{ names: ['f'], layers: [0], layerNames: ['dm'] }} }};\n{code}\n{PROPERTY}")[:5]:
        complain(f"drawing: {text}")
