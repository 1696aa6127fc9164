// Requests: how long they took, and what of that each stage and layer had.

function requestsView() {
  const { requests } = data.report;
  if (!requests) {
    return section("requests", "Requests", requestTime, html("p", { class: "empty" },
      "No requests of multipath devices were recorded: a capture of the flow requests has them."));
  }
  if (requests.joined === 0) {
    return section("requests", "Requests", requestTime, html("p", { class: "empty" },
      `${plural(requests.seen, "request")} seen, of which none could be joined.`), unjoinedList(requests));
  }
  const bins = data.distributions.requests;
  const { latency, untilData } = requests;
  const marks = (latency) => [["p50", latency.p50Ns], ["p99", latency.p99Ns]].map(([name, ns]) => ({ name, ns }));
  return section("requests", "Requests", requestTime,
    html("p", { class: "intro" }, `From the first bio to the end of an I/O, over all tasks; joined by ${requests.by}. A latency is no time inside functions.`),
    html("div", { class: "pair" },
      histogram(bins.latency, { title: "latency, count of requests", noun: "request", marks: marks(latency) }),
      untilData.count > 0 && histogram(bins.untilData, { title: "until the data was complete, count of requests", noun: "request", marks: marks(untilData) })),
    latencyTable([["from beginning to end", latency, bins.latency], ["until the data was complete", untilData, bins.untilData]]),
    html("h3", {}, "Stages"), stagesTable(requests.stages, bins.stages, latency.sumNs, "Stages of all requests, in their order"),
    html("h3", {}, "Layers that had the requests"), requestLayers(requests, bins),
    overTime(requests.overTime), requestGroups(requests), unjoinedList(requests));
}

const latencyColumns = (of) => [
  { title: "p50 latency", kind: "time", value: (row) => of(row).p50Ns },
  { title: "p90 latency", kind: "time", value: (row) => of(row).p90Ns },
  { title: "p99 latency", kind: "time", value: (row) => of(row).p99Ns },
  { title: "max latency", kind: "time", value: (row) => of(row).maxNs },
];

function latencyTable(rows) {
  const range = sparkRange(rows.map(([, , bins]) => bins));
  return table([
    { title: "latency", kind: "text", isHead: true, value: ([name]) => name },
    { title: "requests (count)", kind: "count", value: ([, latency]) => latency.count },
    { title: "sum", kind: "time", value: ([, latency]) => latency.sumNs },
    { title: "min latency", kind: "time", value: ([, latency]) => latency.minNs },
    { title: "mean latency", kind: "time", value: ([, latency]) => latency.meanNs },
    ...latencyColumns(([, latency]) => latency),
    { title: `distribution, ${rangeText(range)}`, kind: "chart", cell: ([, , bins]) => sparkline(bins, range, "request") },
  ], rows.filter(([, latency]) => latency.count > 0), { caption: "Latency of requests" });
}

/** What tables of stages show: of all requests, or of one path. */
function stagesTable(stages, bins, whole, caption) {
  const rows = stages.map((stage, index) => ({ ...stage, bins: bins?.[index] ?? null }));
  const range = sparkRange(rows.map((row) => row.bins ?? []));
  return table([
    { title: "stage", kind: "text", isHead: true, value: (row) => row.stage, cell: (row) => isolated(row.stage) },
    { title: "layer", kind: "text", value: (row) => row.layer, cell: (row) => layerTag(row.layer) },
    { title: "sum", kind: "time", value: (row) => row.latency.sumNs },
    { title: "of all latency", kind: "chart share", value: (row) => row.latency.sumNs,
      cell: (row) => [bar(row.latency.sumNs, whole, layerColor(row.layer)), html("span", {}, share(row.latency.sumNs, whole))] },
    { title: "times (count)", kind: "count", value: (row) => row.latency.count },
    ...latencyColumns((row) => row.latency).map((column) => ({ ...column, title: column.title.replace("latency", "time") })),
    ...(bins ? [{ title: `distribution, ${rangeText(range)}`, kind: "chart", cell: (row) => sparkline(row.bins, range, "time", layerColor(row.layer)) }] : []),
  ], rows, { caption, limit: 40, rowProperties: (row) => ({ data: { stage: row.stage } }) });
}

function requestLayers(requests, bins) {
  const rows = requests.layers.map((layer, index) => ({ ...layer, bins: bins.layers[index] }));
  const range = sparkRange(bins.layers);
  const whole = requests.latency.sumNs;
  return [
    strip(rows.map((row) => ({ layer: row.layer, name: row.layer, ns: row.latency.sumNs })), whole),
    table([
      { title: "layer", kind: "text", isHead: true, value: (row) => row.layer, cell: (row) => layerTag(row.layer) },
      { title: "sum", kind: "time", value: (row) => row.latency.sumNs },
      { title: "of all latency", kind: "chart share", value: (row) => row.latency.sumNs,
        cell: (row) => [bar(row.latency.sumNs, whole, layerColor(row.layer)), html("span", {}, share(row.latency.sumNs, whole))] },
      { title: "requests (count)", kind: "count", value: (row) => row.latency.count },
      ...latencyColumns((row) => row.latency).map((column) => ({ ...column, title: column.title.replace("latency", "of a request") })),
      { title: `distribution, ${rangeText(range)}`, kind: "chart", cell: (row) => sparkline(row.bins, range, "request", layerColor(row.layer)) },
    ], rows, { caption: "What each layer had of a request; target is what lies behind the host" }),
  ];
}

/** Throughput and the longest latency, as two charts with the same axis of time. */
function overTime(intervals) {
  if (intervals.length < 2) return null;
  const [width, height, left] = [1000, 120, 60];
  const length = intervals[0].lengthNs;
  const [first, last] = [intervals[0].startNs, intervals.at(-1).startNs + length];
  const x = (ns) => left + ((ns - first) / (last - first)) * (width - left - tickMargin);
  const chart = (title, value, text, scale, className) => {
    const most = Math.max(...intervals.map(value), 1);
    const y = (value) => height - 20 - (value / most) * (height - 44);
    const bars = intervals.map((interval) => svg("rect", {
      class: className, x: x(interval.startNs).toFixed(1), width: Math.max(x(first + length) - x(first) - 0.6, 0.8).toFixed(1),
      y: y(value(interval)).toFixed(1), height: (y(0) - y(value(interval))).toFixed(1),
    }, svg("title", {}, `${offset(interval.startNs, first)}: ${text(interval)}`)));
    return html("figure", { class: "wide" }, html("figcaption", {}, title),
      svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title },
        svgTicks(timeTicks(0, last - first, { isSigned: true }), (ns) => x(first + ns), { top: 20, bottom: y(0) }), scale(most, y),
        svg("line", { class: "axis", x1: left, x2: width - tickMargin, y1: y(0), y2: y(0) }), bars));
  };
  const label = (at, text, properties = {}) => svg("text", { class: "tick", x: left - 6, y: at + 4, "text-anchor": "end", ...properties }, text);
  const perSecond = (requests) => `${count(Math.round((requests * 1e9) / length))}/s`;
  return [html("h3", {}, "Over time"),
    chart(`requests that ended, count a second (in steps of ${shortDuration(length)})`, (interval) => interval.requests,
      (interval) => `${perSecond(interval.requests)}, ${plural(interval.requests, "request")}, ${size(interval.bytes)}, ${interval.meanDepth} under way on average`,
      (most, y) => label(y(most), perSecond(most)), "rate"),
    chart("longest request latency of each step", (interval) => interval.maxNs, (interval) => duration(interval.maxNs),
      (most, y) => svg("g", {}, timeTicks(0, most, { most: 4 }).map(({ ns, text }) => [
        svg("line", { class: "grid", x1: left, x2: width - tickMargin, y1: y(ns), y2: y(ns) }), label(y(ns), text, { data: { tick: ns } })])), "slow")];
}

function requestGroups(requests) {
  const groups = (title, rows, name) => table([
    { title, kind: "text", isHead: true, value: name },
    { title: "requests (count)", kind: "count", value: (row) => row.latency.count },
    ...(rows.some((row) => row.bytes !== undefined) ? [{ title: "data", kind: "count", value: (row) => row.bytes, cell: (row) => size(row.bytes) }] : []),
    { title: "sum", kind: "time", value: (row) => row.latency.sumNs }, ...latencyColumns((row) => row.latency),
  ], rows, { caption: `Requests by ${title}` });
  return [html("h3", {}, "By operation, size and map"),
    groups("operation", requests.operations, (row) => row.name),
    groups("size", requests.sizes, (row) => (row.upToBytes === 0 ? "no data" : `up to ${size(row.upToBytes)}`)),
    groups("map", requests.maps, (row) => row.name)];
}

function unjoinedList(requests) {
  const rows = [["seen", requests.seen], ["joined", requests.joined], ...requests.unjoined.map(({ reason, count }) => [`not joined: ${reason}`, count]),
    ["ambiguous choices", requests.ambiguous], ["the two joins disagree", requests.disagreed], ["failed", requests.failed],
    ["tried more than once", requests.retried], ["dispatches in vain", requests.busyDispatches], ["other commands over iSCSI", requests.otherCommands],
    ...requests.stoodIn.map(({ reason, count }) => [`point not seen: ${reason}`, count])];
  return html("details", {}, html("summary", {}, "how many requests were seen, and what became of them"),
    table([{ title: "what", kind: "text", isHead: true, value: ([name]) => name }, { title: "count", kind: "count", value: ([, value]) => value }], rows,
      { caption: "Counts of requests", limit: 60 }));
}
