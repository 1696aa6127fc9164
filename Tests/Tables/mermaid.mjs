// mermaid.mjs MERMAID FILE: what mermaid's own parser finds in a flowchart, as JSON. It draws nothing, so it gets no more of a browser than
// it asks for while it parses.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

class Element {}
const nothing = () => {};
const page = { console, setTimeout, clearTimeout, structuredClone, TextEncoder, TextDecoder, URL, performance, NodeFilter: {} };
for (const name of ['Element', 'Node', 'DocumentFragment', 'HTMLTemplateElement', 'HTMLFormElement', 'NamedNodeMap', 'DOMParser']) page[name] = Element;
Object.assign(page, { window: page, self: page, addEventListener: nothing });
page.document = {
    nodeType: 9, implementation: {}, currentScript: null, addEventListener: nothing, querySelector: () => null,
    querySelectorAll: () => [], getElementsByTagName: () => [],
    createElement: () => ({ style: {}, setAttribute: nothing, appendChild: nothing }),
};
vm.createContext(page);
vm.runInContext(readFileSync(process.argv[2], 'utf8'), page);
page.mermaid.initialize({ startOnLoad: false });
const diagram = await page.mermaid.mermaidAPI.getDiagramFromText(readFileSync(process.argv[3], 'utf8'));
// As it keeps `#35;` while it parses.
const text = (label) => label.replace(/ﬂ°°(\d+)¶ß/g, (_, number) => String.fromCodePoint(number));
console.log(JSON.stringify({
    type: diagram.type,
    title: diagram.db.getDiagramTitle?.() ?? null,
    nodes: [...diagram.db.getVertices().values()].map((node) => ({ id: node.id, text: text(node.text), classes: node.classes })),
    edges: diagram.db.getEdges().map((edge) => ({ from: edge.start, to: edge.end, text: text(edge.text) })),
}));
