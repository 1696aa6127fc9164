// Elements of the page. Texts of a trace get into it as texts only: nothing here takes markup.

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(node, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [name, part] of Object.entries(value)) node.style.setProperty(name, part);
    else if (key === "data") for (const [name, part] of Object.entries(value)) node.dataset[name] = part;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An element of HTML; children that are no nodes are texts. */
function html(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same of SVG. */
function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), properties, children);
}

/** What is to be shown of a text: letters of one direction cannot change how others read. */
function isolated(text, properties = {}) {
  return html("bdi", properties, text);
}

/** A sentence of the report, with the sign for microseconds that the page's figures have. */
function sentence(text) {
  return isolated(text.replace(/(\d) us\b/g, "$1 µs"));
}

/** A colour of the style sheet as the theme of the moment has it. */
function themeColor(name) {
  const probe = html("span", { class: "probe", style: { color: `var(--${name})` } });
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** Calls those who draw on canvases, whose colours do not follow the theme by themselves. */
const themeListeners = [];
function themeChanged() {
  for (const listener of themeListeners) listener();
}
