// What is said first: what flowed, how long it took, what is doubtful, and of which capture.

function summaryView() {
  const { report, capture } = data;
  const { source } = report;
  const { identity } = capture;
  const title = source.path === "-" ? "standard input" : source.path;
  const about = [
    identity.host && `host ${identity.host}`, source.kernel && `Linux ${source.kernel}`, capture.startsAt && `recorded ${capture.startsAt}`,
    source.recording?.durationNs && `for ${duration(source.recording.durationNs)}`, identity.flows?.length && `flows ${identity.flows.join(", ")}`,
    source.kind,
  ].filter(Boolean);
  return html("section", { id: "summary", "aria-labelledby": "title", data: { title: "Summary" } },
    html("h1", { id: "title" }, isolated(shortened(title, 200))),
    html("p", { class: "about" }, isolated(about.join(" · "))),
    html("ul", { class: "story" }, data.story.map((line) => html("li", {}, sentence(line.text), " ", storyLink(line)))),
    doubtBox(), tiles());
}

const placeNames = { requests: "requests", paths: "paths", failover: "failover", roots: "roots and layers", doubt: "what was read",
  request: "its waterfall", path: "the path", incident: "the incident" };

/** To the one request, path or incident that a line tells of; if the page does not have it, or not any more, to the section. */
function storyLink(line) {
  const place = () => (line.subject && document.getElementById(line.subject) ? line.subject : line.section);
  const link = html("a", { href: `#${place()}`, onclick: () => link.setAttribute("href", `#${place()}`) }, placeNames[place().replace(/-.*/, "")]);
  return link;
}

function doubtBox() {
  if (data.sure) return html("p", { class: "sound" }, "Nothing was lost, and nothing is in doubt.");
  if (data.doubts.length === 0) return null;
  return html("div", { class: "doubts" }, html("strong", {}, "In doubt"), html("ul", {}, data.doubts.map((text) => html("li", {}, sentence(text)))));
}

function tiles() {
  const { report } = data;
  const roots = report.roots.filter((root) => !root.fragment);
  const tile = (name, what, value, more) => html("div", { class: `tile ${what.split(" ")[0]}` },
    html("span", { class: "what" }, what), html("span", { class: "value" }, value), html("span", { class: "name" }, name, more && [", ", more]));
  const shown = [];
  if (report.requests?.joined > 0) {
    const { latency, untilData, joined, failed } = report.requests;
    shown.push(
      tile("requests", "count", number(joined), failed > 0 ? html("b", { class: "warning" }, `${count(failed)} failed`) : null),
      tile("half of the requests", requestTime, time(latency.p50Ns)),
      tile("one in a hundred requests", requestTime, time(latency.p99Ns)),
      tile("the slowest request", requestTime, time(latency.maxNs)));
    if (untilData.count > 0) shown.push(tile("half, until the data was complete", requestTime, time(untilData.p50Ns)));
  }
  if (report.failover) shown.push(tile("incidents", "count", number(report.failover.length + data.further.incidents)));
  shown.push(tile("complete calls", "count", number(report.counts.calls)));
  if (roots.length > 0) {
    const [root] = roots;
    shown.push(tile("half of the calls", functionTime, time(root.latency.p50Ns), isolated(shortened(root.function, 40))));
  }
  return html("div", { class: "tiles" }, shown);
}
