// The paths of multipath maps: what was tried on each, how long it took, and whether one stands out.

function pathsView() {
  const { paths } = data.report;
  const { topology } = data.capture;
  if (!paths?.length && !topology) return null;
  return section("paths", "Paths", requestTime,
    paths?.length ? pathsTables(paths) : html("p", { class: "empty" }, "No request was tried on a path."),
    topology && html("details", {}, html("summary", {}, "multipath maps when the trace was recorded"), html("pre", {}, isolated(topology))));
}

function pathName(path) {
  return path.device ?? path.devno ?? "?";
}

function pathsTables(paths) {
  const bins = data.distributions.requests?.paths ?? [];
  const rows = paths.map((path, index) => ({ ...path, id: `path-${index + 1}`, bins: bins[index] ?? [] }));
  // What is slow is seen without asking for more.
  const limit = Math.max(30, rows.findLastIndex((row) => row.comparison?.isSlow) + 1);
  const range = sparkRange(rows.map((row) => row.bins));
  const optional = (title, key) => (rows.some((row) => row[key] !== null) ? [{ title, kind: "text", value: (row) => row[key], cell: (row) => isolated(String(row[key] ?? "–")) }] : []);
  return [
    table([
      { title: "path", kind: "text", isHead: true, value: pathName, cell: (row) => [isolated(pathName(row)), row.comparison?.isSlow && html("b", { class: "warning" }, " slow")] },
      ...optional("map", "map"), ...optional("group", "group"), ...optional("H:C:T:L", "hctl"), ...optional("portal", "portal"),
      { title: "tries (count)", kind: "count", value: (row) => row.tries },
      { title: "failed (count)", kind: "count", value: (row) => row.failed },
      { title: "not taken (count)", kind: "count", value: (row) => row.rejected },
      { title: "sent again (count)", kind: "count", value: (row) => row.retries },
      { title: "data", kind: "count", value: (row) => row.bytes, cell: (row) => size(row.bytes) },
      ...latencyColumns((row) => row.latency).map((column) => ({ ...column, title: column.title.replace("latency", "of a try") })),
      { title: `distribution, ${rangeText(range)}`, kind: "chart", cell: (row) => sparkline(row.bins, range, "try") },
    ], rows, { caption: "Tries on each path: from the clone to dm's verdict", limit, rowProperties: (row) => ({ id: row.id, data: { path: pathName(row) } }) }),
    comparisons(rows),
    data.further.paths > 0 && html("p", { class: "note" }, `${plural(data.further.paths, "path")} more are in the JSON of the report.`),
    foldedIfMany("stages of tries on each path", rows.map((row) => html("details", {}, html("summary", {}, "stages of tries on ", isolated(pathName(row))),
      facts([["session", row.session], ["target", row.target], ["device number", row.devno]]),
      stagesTable(row.stages, null, row.latency.sumNs, `Stages of tries on ${pathName(row)}`)))),
  ];
}

/** What is said of each path, folded if that would push the rest of the page away. */
function foldedIfMany(title, parts) {
  return parts.length > 8 ? html("details", {}, html("summary", {}, title), parts) : parts;
}

/** Each path beside the others of its map, those that are slow first. */
function comparisons(paths) {
  const compared = paths.filter((path) => path.comparison);
  if (compared.length === 0) return html("p", { class: "note" }, "No path can be compared: none has siblings and enough tries.");
  const [slow, others] = [true, false].map((isSlow) => compared.filter((path) => path.comparison.isSlow === isSlow)
    .map((path) => html("p", { class: "note compared", data: { compared: pathName(path) } }, isolated(pathName(path)), " is ", comparison(path.comparison))));
  return [html("p", { class: "note" }, "Compared with the other paths of its map:"), slow, foldedIfMany("paths that are not slow, compared", others)];
}

function comparison(compared) {
  const text = compared.shiftNs >= 0 ? `${duration(compared.shiftNs)} longer` : `${duration(-compared.shiftNs)} shorter`;
  const words = `${text} in the middle, longer in ${compared.slowerInPercent} of 100 pairs`;
  return compared.isSlow
    ? html("span", {}, html("b", { class: "warning" }, "slow: "), `${words}`, compared.stage ? [", most of it in ", isolated(compared.stage)] : "")
    : words;
}
