// Single requests: each stage at its time, below the try and the round that it is of.

function waterfallsView() {
  const { slowest, typical } = data.requests;
  if (slowest.length === 0) return null;
  const longest = slowest[0].latencyNs;
  const rows = [...(typical ? [["typical", typical]] : []), ...slowest.map((request, index) => [`slowest ${index + 1}`, request])];
  return section("single-requests", "Single requests", requestTime,
    html("p", { class: "intro" }, "One that took about as long as half of them, then the slowest, each with its stages in the colours of their layers. "
      + "Its number is the same in all exports of the trace. A click shows its tries, rounds and stages below each other."),
    legend([...new Set(rows.flatMap(([, request]) => stagesOf(request).map((stage) => stage.layer)))]),
    html("div", { class: "requests" }, rows.map(([which, request], index) => waterfall(which, request, longest, index < 2, which !== "typical"))));
}

function stagesOf(request) {
  return [...request.tries.flatMap((one) => one.rounds.flatMap((round) => round.stages)), ...request.smaller];
}

function stageTag(stage) {
  return html("span", { class: "layer", title: `layer ${stage.layer}` }, html("i", { class: "swatch", style: { background: layerColor(stage.layer) } }), isolated(stage.name));
}

/** @param isNamed whether links lead to it; the typical request can be one of the slowest, too, and only one has the name. */
function waterfall(which, request, longest, isOpen, isNamed) {
  const paths = [...new Set(request.tries.map((one) => one.path).filter(Boolean))].join(" → ");
  const parts = stagesOf(request).map((stage) => ({ layer: stage.layer, name: stage.name, ns: stage.ns }));
  const drawn = strip(parts, request.latencyNs);
  drawn.style.setProperty("width", `${Math.max((request.latencyNs * 100) / longest, 1)}%`);
  const details = html("details", { id: isNamed ? `request-${request.id}` : null, class: "request", data: { id: request.id } }, html("summary", {},
    html("span", { class: "which" }, which),
    html("span", { class: "id" }, `#${request.id}`),
    html("span", { class: "operation" }, isolated(request.operation), request.bytes > 0 ? ` ${size(request.bytes)}` : ""),
    html("span", { class: "on" }, isolated(paths)),
    html("span", { class: "latency" }, time(request.latencyNs)),
    request.error ? html("b", { class: "warning" }, isolated(request.error)) : null,
    html("span", { class: "to-scale" }, drawn)));
  const draw = () => { if (details.open && details.children.length === 1) details.append(waterfallRows(request)); };
  details.addEventListener("toggle", draw);
  details.open = isOpen;
  draw();
  return details;
}

function waterfallRows(request) {
  const rows = [];
  const ticks = timeTicks(0, request.latencyNs, { most: 5 });
  const track = (stage) => html("span", { class: "track" }, html("i", {
    style: { left: `${(stage.atNs * 100) / Math.max(request.latencyNs, 1)}%`, width: `${(stage.ns * 100) / Math.max(request.latencyNs, 1)}%`, background: layerColor(stage.layer) },
  }));
  const row = (name, cells, className) => rows.push(html("tr", { class: className }, html("th", { scope: "row" }, name), cells));
  request.tries.forEach((one, index) => {
    const remarks = [one.error && `failed: ${one.error}`, one.rejected && "not taken by the path", one.timeouts > 0 && plural(one.timeouts, "timeout"),
      one.retransmits > 0 && plural(one.retransmits, "retransmit")].filter(Boolean);
    row(html("b", {}, `try ${index + 1}`, one.path ? [" on ", isolated(one.path)] : ""), html("td", { colspan: "4", class: remarks.length ? "warning" : "dim" }, isolated(remarks.join("; "))), "try");
    one.rounds.forEach((round, number) => {
      if (one.rounds.length > 1) row(`round ${number + 1}`, html("td", { colspan: "4" }), "round");
      for (const stage of round.stages) {
        row(stageTag(stage),
          [html("td", { class: "wide" }, track(stage)), html("td", { class: "time" }, time(stage.ns)), html("td", { class: "count" }, share(stage.ns, request.latencyNs)),
            html("td", { class: "dim" }, isolated(stage.layer), `, from ${shortDuration(stage.atNs)}, CPU ${stage.cpu}`)], "stage");
      }
    });
  });
  for (const stage of request.smaller) {
    row(html("span", {}, layerTag(stage.layer), " smaller"), [html("td"), html("td", { class: "time" }, time(stage.ns)),
      html("td", { class: "count" }, share(stage.ns, request.latencyNs)), html("td", { class: "dim" }, `of ${plural(request.smallerCount, "stage")} that are too small`)], "stage");
  }
  const sumNs = stagesOf(request).reduce((sum, stage) => sum + stage.ns, 0);
  row(html("b", {}, "together"), [html("td", { class: "wide" }, ruler(ticks, request.latencyNs)),
    html("td", { class: "time" }, time(sumNs)), html("td", { class: "count" }, share(sumNs, request.latencyNs)), html("td")], "sum");
  return html("div", { class: "waterfall scroller" },
    facts([["map", request.map], ["task", request.task], ["began at", `${(request.startNs / 1e9).toFixed(6)} s of the trace clock`],
      ["until the data was complete", request.untilDataNs === null ? null : time(request.untilDataNs)], ["sector", request.sector === null ? null : count(request.sector)],
      ["in doubt", request.ambiguous ? "another request could be meant with some of it" : null], ["points not seen", request.stoodIn.join(", ")]]),
    // Lines behind the bars at the ruler's ticks.
    html("table", { style: { "--grid": `${((ticks[1]?.ns ?? request.latencyNs) * 100) / Math.max(request.latencyNs, 1)}%` } }, html("tbody", {}, rows)));
}
