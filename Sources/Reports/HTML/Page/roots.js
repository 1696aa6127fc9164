// Time inside functions: by root with its layers, by layer, by function.

function rootsView() {
  const { report, further } = data;
  const roots = report.roots.map((root, index) => ({ ...root, bins: data.distributions.roots[index] }));
  const whole = roots.filter((root) => !root.fragment);
  const fragments = roots.filter((root) => root.fragment);
  const parts = whole.length + fragments.length === 0 ? [html("p", { class: "empty" },
    "The trace has no complete call without a caller and with a duration: there are no times of roots.")] : [
    html("p", { class: "intro" }, "Times inside functions, as the kernel measured them with the tracer's own cost in them; they are no latency of a request. "
      + "A root is a call without a recorded caller; its layers' self times add up to its time."),
    whole.length > 0 && rootsTable(whole, "Roots: calls without a recorded caller"),
    whole.slice(0, 12).map((root, index) => rootLayers(root, index === 0)),
    fragments.length > 0 && [html("h3", {}, "Fragments"), rootsTable(fragments, "Calls whose callers were cut off or lost")],
    further.roots.rows > 0 && html("p", { class: "note" }, `${plural(further.roots.rows, "root")} more: ${plural(further.roots.calls, "call")}, ${duration(further.roots.totalNs)} in all.`),
  ];
  return section("roots", "Roots and layers", functionTime, parts, layersTable(report.layers), functionsTable(report.functions, further.functions));
}

function functionName(row) {
  return row.module === null ? row.function : `${row.function} [${row.module}]`;
}

function rootsTable(roots, caption) {
  const range = sparkRange(roots.map((root) => root.bins?.latency ?? []));
  return table([
    { title: "root", kind: "text", isHead: true, value: functionName, cell: (root) => [named(functionName(root)),
      root.askedFor === false && html("span", { class: "dim" }, " not asked for"), root.hollowCalls > 0 && html("span", { class: "warning" }, ` ${count(root.hollowCalls)} hollow`),
      root.partialCalls > root.hollowCalls && html("span", { class: "warning" }, ` ${count(root.partialCalls - root.hollowCalls)} with calls in doubt`)] },
    { title: "calls (count)", kind: "count", value: (root) => root.calls },
    { title: "total time", kind: "time", value: (root) => root.latency.sumNs },
    { title: "p50 time", kind: "time", value: (root) => root.latency.p50Ns },
    { title: "p90 time", kind: "time", value: (root) => root.latency.p90Ns },
    { title: "p99 time", kind: "time", value: (root) => root.latency.p99Ns },
    { title: "max time", kind: "time", value: (root) => root.latency.maxNs },
    { title: `distribution, ${rangeText(range)}`, kind: "chart", cell: (root) => sparkline(root.bins?.latency ?? [], range, "call") },
    { title: "layers, self time", kind: "chart", cell: (root) => strip(root.layers.map((layer) => ({ layer: layer.layer, name: layer.layer, ns: layer.selfNs })), root.latency.sumNs) },
  ], roots, { caption, limit: 20, rowProperties: (root) => ({ data: { root: root.function } }) });
}

function rootLayers(root, isOpen) {
  const bins = root.bins?.layers ?? [];
  const range = sparkRange(bins);
  const whole = root.latency.sumNs;
  const rows = root.layers.map((layer, index) => ({ ...layer, bins: bins[index] ?? [] }));
  const details = html("details", { open: isOpen }, html("summary", {}, "layers of ", named(functionName(root))));
  const draw = () => {
    if (!details.open || details.children.length > 1) return;
    details.append(
      root.tracingNs > 0 ? html("p", { class: "note" }, `Up to ${duration(root.tracingNs)} of it, ${share(root.tracingNs, whole)}, is for recording the kernel's calls below.`) : "",
      table([
        { title: "layer", kind: "text", isHead: true, value: (row) => row.layer, cell: (row) => layerTag(row.layer) },
        { title: "self time", kind: "time", value: (row) => row.selfNs },
        { title: "of the root", kind: "chart share", value: (row) => row.selfNs, cell: (row) => [bar(row.selfNs, whole, layerColor(row.layer)), html("span", {}, share(row.selfNs, whole))] },
        { title: "p50 in a call", kind: "time", value: (row) => row.latency.p50Ns },
        { title: "p99 in a call", kind: "time", value: (row) => row.latency.p99Ns },
        { title: "max in a call", kind: "time", value: (row) => row.latency.maxNs },
        { title: `distribution, ${rangeText(range)}`, kind: "chart", cell: (row) => sparkline(row.bins, range, "call", layerColor(row.layer)) },
      ], rows, { caption: `Layers of ${shortened(functionName(root), 80)}`, rest: null }),
      root.unattributedNs > 0 ? html("p", { class: "note" }, `${duration(root.unattributedNs)}, ${share(root.unattributedNs, whole)}, of it is in no layer.`) : "");
  };
  details.addEventListener("toggle", draw);
  draw();
  return details;
}

function layersTable(layers) {
  if (layers.length === 0) return null;
  const whole = layers.reduce((sum, layer) => sum + layer.selfNs, 0);
  return [html("h3", {}, "All layers"),
    strip(layers.map((layer) => ({ layer: layer.layer, name: layer.layer, ns: layer.selfNs })), whole),
    table([
      { title: "layer", kind: "text", isHead: true, value: (row) => row.layer, cell: (row) => layerTag(row.layer) },
      { title: "self time", kind: "time", value: (row) => row.selfNs },
      { title: "of all", kind: "chart share", value: (row) => row.selfNs, cell: (row) => [bar(row.selfNs, whole, layerColor(row.layer)), html("span", {}, share(row.selfNs, whole))] },
      { title: "total time", kind: "time", value: (row) => row.totalNs },
      { title: "calls (count)", kind: "count", value: (row) => row.calls },
    ], layers, { caption: "Layers: self, in functions of the layer; total, with all that they call", limit: 60, rowProperties: (row) => ({ data: { layer: row.layer } }) })];
}

function functionsTable(functions, rest) {
  if (functions.length === 0) return null;
  const whole = functions.reduce((sum, row) => sum + row.selfNs, 0) + rest.selfNs;
  return [html("h3", {}, "Functions"),
    table([
      { title: "function", kind: "text", isHead: true, value: functionName, cell: (row) => named(functionName(row)) },
      { title: "layer", kind: "text", value: (row) => row.layer, cell: (row) => layerTag(row.layer) },
      { title: "self time", kind: "time", value: (row) => row.selfNs },
      { title: "of all", kind: "chart share", value: (row) => row.selfNs, cell: (row) => [bar(row.selfNs, whole, layerColor(row.layer)), html("span", {}, share(row.selfNs, whole))] },
      { title: "total time", kind: "time", value: (row) => row.totalNs },
      { title: "calls (count)", kind: "count", value: (row) => row.calls },
      { title: "mean time", kind: "time", value: (row) => Math.floor(row.totalNs / row.calls) },
    ], functions, {
      caption: "Functions, those with the most self time first; total is the plain sum of the durations", limit: 15,
      rest: rest.rows === 0 ? null : [`${count(rest.rows)} smaller: ${duration(rest.selfNs)}`, "", time(rest.selfNs), share(rest.selfNs, whole), time(rest.totalNs), number(rest.calls), ""],
    })];
}
