// Layers and their colours, which are the same in all charts and in the terminal.

/** `#005fd7`; a grey for what has no colour of its own. */
function layerColor(layer) {
  return Object.hasOwn(data.colors, layer) ? data.colors[layer] : data.colors.other;
}

/** Black or white, whichever is the easier to read on a colour. */
function textColor(color) {
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = [1, 3, 5].map((at) => linear(parseInt(color.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

/** A layer by its name, with its colour beside it. */
function layerTag(layer) {
  return html("span", { class: "layer" }, html("i", { class: "swatch", style: { background: layerColor(layer) } }), isolated(layer));
}

/** Which colours mean what. */
function legend(layers) {
  return html("p", { class: "legend" }, layers.map(layerTag));
}

/**
 * Parts of a whole beside each other, each as wide as its time. Those that would be too thin to be seen are one, at the end.
 *
 * @param parts each with a layer, a name and ns.
 */
function strip(parts, whole) {
  const sum = Math.max(whole, parts.reduce((sum, part) => sum + part.ns, 0), 1);
  const isThin = (part) => part.ns / sum < 0.004;
  const small = parts.filter((part) => isThin(part) && part.ns > 0);
  const shown = parts.filter((part) => !isThin(part));
  const smallNs = small.reduce((ns, part) => ns + part.ns, 0);
  if (smallNs > 0) shown.push({ name: `${plural(small.length, "smaller part")}: ${duration(smallNs)}`, ns: smallNs, isSmall: true });
  const told = parts.map((part) => `${part.name} ${share(part.ns, sum)}`).join(", ");
  return html("span", { class: "strip", role: "img", "aria-label": told }, shown.map((part) => html("i", {
    class: part.isSmall ? "smaller" : null,
    title: part.isSmall ? part.name : `${part.name}: ${duration(part.ns)}, ${share(part.ns, sum)}`,
    style: { width: `${(part.ns * 100) / sum}%`, ...(part.isSmall ? {} : { background: layerColor(part.layer) }) },
  })));
}

/** A bar as long as a share of the whole. */
function bar(part, whole, color) {
  const width = whole > 0 ? Math.min(100, (part * 100) / whole) : 0;
  return html("span", { class: "bar", "aria-hidden": "true" },
    html("i", { style: { width: `${width}%`, ...(color ? { background: color } : {}) } }));
}
