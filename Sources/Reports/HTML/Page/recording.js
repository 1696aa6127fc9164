// What was lost or is in doubt, and how the trace was recorded.

function doubtView() {
  const { counts, source } = data.report;
  const rows = [
    ["complete calls", counts.calls, "in the figures"],
    ["open calls", counts.open, "without an exit; in no figure"],
    ["orphans", counts.orphans, "exits without an entry; in no figure"],
    ["lossy calls", counts.lossy, "events were lost during them; in no figure"],
    ["lost events", counts.lostEvents, "as the kernel counted them"],
    ["losses without a count", counts.uncountedLosses, ""],
    ["not understood", counts.unparsedLines, "records whose calls are missing"],
    ["other events and comments", counts.comments, ""],
    ["all records", counts.records, "lines of a text, or events"],
  ];
  return section("doubt", "Losses and doubts", null, doubtBox(),
    table([
      { title: "what", kind: "text", isHead: true, value: ([name]) => name },
      { title: "count", kind: "count", value: ([, value]) => value },
      { title: "", kind: "text", value: ([, , note]) => note },
    ], rows, { caption: "What was read", rowProperties: ([name]) => ({ data: { counted: name } }) }),
    source.notUnderstood?.length > 0 && html("pre", {}, isolated(source.notUnderstood.map((line) => `line ${line.line}: ${line.text}`).join("\n"))));
}

function recordingView() {
  const { report, capture } = data;
  const { source } = report;
  const { identity } = capture;
  const recording = source.recording ?? {};
  const optional = (ns) => (ns === null || ns === undefined ? null : time(ns));
  return section("recording", "Recording", null,
    facts([
      ["capture", capture.name], ["file", shortened(source.path, 400)], ["host", identity.host], ["kernel", source.kernel], ["boot", identity.boot],
      ["began", capture.startsAt], ["flows", identity.flows?.join(", ")], ["written by", identity.writer],
      ["clock", source.clock], ["CPUs", source.cpusWithEvents === null ? source.cpus : `${source.cpus}, ${source.cpusWithEvents} with events`],
      ["recorded for", optional(recording.durationNs)], ["kept of it", optional(recording.keptNs)],
      ["the recorder's CPU time", optional(recording.recorderCpuNs)],
      ["recording a call cost, before", optional(recording.callCostBeforeNs)], ["recording a call cost, after", optional(recording.callCostAfterNs)],
      ["interrupts", recording.interrupts === null || recording.interrupts === undefined ? null : recording.interrupts ? "recorded" : "not recorded: their time is in what they hit"],
      ["reads and writes that multipath devices completed meanwhile", recording.multipathRequests === null || recording.multipathRequests === undefined ? null : number(recording.multipathRequests)],
      ["functions that could be recorded", capture.scope?.join(" ")],
      ...(capture.kinds ?? []).map((kind) => [`${kind.kind}s`, `${count(kind.armed)} recorded${kind.refused > 0 ? `, ${count(kind.refused)} refused by the kernel` : ""}`]),
    ]),
    identity.commandLine && [html("h3", {}, "Command line"), html("pre", { class: "command" }, isolated(identity.commandLine))]);
}
