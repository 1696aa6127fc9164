// Failovers: each incident on one clock, as it was seen; who owned the time of the requests that stood still; timers as set and as observed.

const stateNames = { used: "in use", back: "back, not used yet", away: "away", failed: "failed by dm" };
const lanesShown = 16;
const stallsDrawn = 12;

function failoverView() {
  const incidents = data.report.failover;
  if (!incidents) return null;
  return section("failover", "Failover", "time of requests that stood still",
    data.failoverNotes.map((note) => html("p", { class: "intro" }, sentence(note))),
    incidents.map((incident, index) => incidentView(incident, index < 2)),
    data.further.incidents > 0 && html("p", { class: "note" }, `${plural(data.further.incidents, "further incident")}: dmflow failover shows them.`));
}

function incidentView(incident, isOpen) {
  const details = html("details", { id: `incident-${incident.id}`, class: "incident", data: { incident: incident.id } },
    html("summary", {}, html("b", {}, `incident ${incident.id}: `), isolated(`${incident.kind}${incident.maps.length ? ` on ${incident.maps.slice(0, 4).join(", ")}` : ""}`),
      html("span", { class: "dim" }, ` ${duration(incident.endNs - incident.startNs)}`)));
  const draw = () => { if (details.open && details.children.length === 1) details.append(incidentBody(incident)); };
  details.addEventListener("toggle", draw);
  details.open = isOpen;
  draw();
  return details;
}

function incidentBody(incident) {
  return html("div", {},
    html("p", { class: "sentence" }, sentence(incident.sentence)),
    html("ul", {}, [...incident.remarks, ...incident.advice.map((advice) => advice.text)].map((text) => html("li", {}, sentence(text)))),
    new Timeline(incident).view(), owners(incident), stalls(incident), timers(incident), events(incident));
}

class Timeline {
  constructor(incident) {
    this.incident = incident;
    const rates = incident.throughput;
    const columns = rates ? Math.max(0, ...rates.paths.map((row) => row.requests.length)) : 0;
    const stalls = incident.stalls.slice(0, stallsDrawn);
    this.from = Math.min(incident.startNs, ...stalls.map((stall) => stall.startNs), ...(columns ? [rates.startNs] : []));
    this.to = Math.max(incident.endNs, ...stalls.map((stall) => stall.startNs + stall.ns), ...(columns ? [rates.startNs + columns * rates.intervalNs] : []), this.from + 1);
    [this.width, this.left, this.y, this.parts] = [1000, 130, 8, []];
  }

  x(ns) {
    const at = Math.min(Math.max(ns, this.from), this.to);
    return this.left + ((at - this.from) / (this.to - this.from)) * (this.width - this.left - tickMargin);
  }

  view() {
    const { incident } = this;
    this.lanes();
    this.timers();
    this.stalls();
    this.throughput();
    const ticks = timeTicks(this.from - incident.startNs, this.to - incident.startNs, { isSigned: true });
    const axis = svgTicks(ticks, (ns) => this.x(incident.startNs + ns), { top: 4, bottom: this.y });
    const height = this.y + 20;
    return html("figure", { class: "wide timeline" }, html("figcaption", {}, "on one clock, from the first sign on"),
      svg("svg", { viewBox: `0 0 ${this.width} ${height}`, role: "img", "aria-label": `${incident.sentence} The tables below have the same.` }, axis, this.parts),
      html("p", { class: "legend" }, Object.entries(stateNames).map(([state, name]) => html("span", {}, html("i", { class: `swatch lane ${state}` }), name)),
        [...new Set(incident.owners.map((owner) => owner.owner))].map((owner) => html("span", {}, html("i", { class: "swatch", style: { background: ownerColor(owner) } }), owner))));
  }

  label(text, y, properties = {}) {
    this.parts.push(svg("text", { class: "lane-name", x: this.left - 8, y, "text-anchor": "end", ...properties }, shortened(text, 20)));
  }

  title(text) {
    this.y += 6;
    this.parts.push(svg("text", { class: "lane-title", x: 4, y: this.y + 10 }, text));
    this.y += 16;
  }

  /** What each path was, from one sign to the next, and the signs themselves. */
  lanes() {
    const { incident } = this;
    this.title("paths");
    for (const path of incident.paths.slice(0, lanesShown)) {
      this.label(path.name, this.y + 12);
      const own = incident.events.filter((event) => event.path === path.name);
      let [state, since] = ["used", this.from];
      const segment = (until) => {
        if (until <= since) return;
        this.parts.push(svg("rect", { class: `lane ${state}`, x: this.x(since), width: Math.max(this.x(until) - this.x(since), 1), y: this.y + 3, height: 12 },
          svg("title", {}, `${path.name}: ${stateNames[state]} for ${duration(until - since)}`)));
      };
      for (const event of own) {
        // Where dm does not use it, that goes on whatever else is well again.
        if (!event.state || event.state === state || (event.state !== "used" && state === "failed")) continue;
        segment(event.atNs);
        [state, since] = [event.state, event.atNs];
      }
      segment(this.to);
      this.marks(own);
      this.y += 20;
    }
    if (incident.paths.length > lanesShown) this.label(`${incident.paths.length - lanesShown} more`, (this.y += 16));
    const others = incident.events.filter((event) => !incident.paths.slice(0, lanesShown).some((path) => path.name === event.path));
    if (others.length > 0) {
      this.label("other signs", this.y + 12);
      this.marks(others);
      this.y += 20;
    }
  }

  marks(events) {
    for (const event of events) {
      this.parts.push(svg("circle", { class: "sign", cx: this.x(event.atNs), cy: this.y + 9, r: 3.2, fill: layerColor(event.layer) },
        svg("title", {}, `${offset(event.atNs, this.incident.startNs)} ${event.layer}: ${event.what}`)));
    }
  }

  timers() {
    const timers = this.incident.timers.slice(0, stallsDrawn);
    if (timers.length === 0) return;
    this.title("timers");
    for (const timer of timers) {
      const start = timer.atNs - timer.observedNs;
      this.label(`${timer.timer} ${timer.path}`, this.y + 11);
      this.parts.push(svg("rect", { class: timer.ranOut ? "timer out" : "timer", x: this.x(start), width: Math.max(this.x(timer.atNs) - this.x(start), 1.5), y: this.y + 3, height: 10 },
        svg("title", {}, `${timer.timer} of ${timer.path}: set to ${timer.predictedNs === null ? "?" : duration(timer.predictedNs)}, ran ${duration(timer.observedNs)}, ${timer.ranOut ? "ran out" : "something else ended it"}`)));
      if (timer.predictedNs !== null && start + timer.predictedNs <= this.to) {
        const x = this.x(start + timer.predictedNs);
        this.parts.push(svg("line", { class: "predicted", x1: x, x2: x, y1: this.y, y2: this.y + 16 }, svg("title", {}, `set to ${duration(timer.predictedNs)}`)));
      }
      this.y += 17;
    }
  }

  /** The longest: when they began and ended, and what each owner had of them. */
  stalls() {
    const stalls = this.incident.stalls.slice(0, stallsDrawn);
    if (stalls.length === 0) return;
    this.title("requests that stood still (each bar: what its owners had of it)");
    for (const stall of stalls) {
      this.label(`#${stall.id}`, this.y + 11);
      const scale = (this.x(stall.startNs + stall.ns) - this.x(stall.startNs)) / Math.max(stall.ns, 1);
      let x = this.x(stall.startNs);
      for (const part of stall.parts) {
        this.parts.push(svg("rect", { x, width: Math.max(part.ns * scale, 0.3), y: this.y + 2, height: 11, fill: ownerColor(part.owner) },
          svg("title", {}, `#${stall.id}: ${part.owner} ${duration(part.ns)} of ${duration(stall.ns)}`)));
        x += part.ns * scale;
      }
      this.y += 16;
    }
  }

  throughput() {
    const rates = this.incident.throughput;
    const most = rates ? Math.max(0, ...rates.paths.flatMap((row) => row.requests)) : 0;
    if (most === 0) return;
    this.title(`requests that ended on each path; the highest is ${count(Math.round((most * 1e9) / rates.intervalNs))} a second`);
    for (const row of rates.paths) {
      this.label(row.path, this.y + 20);
      row.requests.forEach((requests, index) => {
        const at = rates.startNs + index * rates.intervalNs;
        const tall = requests > 0 ? Math.max((requests / most) * 24, 1.5) : 0;
        if (tall > 0) {
          this.parts.push(svg("rect", { class: "rate", x: this.x(at), width: Math.max(this.x(at + rates.intervalNs) - this.x(at) - 0.6, 0.8), y: this.y + 25 - tall, height: tall },
            svg("title", {}, `${row.path} ${offset(at, this.incident.startNs)}: ${plural(requests, "request")}`)));
        }
      });
      this.y += 29;
    }
  }
}

/** Owners have the colours of their layers; several of one layer differ in how light they are. */
function ownerColor(owner) {
  const layer = data.owners[owner] ?? "other";
  const place = Object.keys(data.owners).filter((name) => data.owners[name] === layer).indexOf(owner);
  return place <= 0 ? layerColor(layer) : `color-mix(in srgb, ${layerColor(layer)} ${100 - 28 * place}%, white)`;
}

function owners(incident) {
  if (incident.owners.length === 0) return null;
  const whole = incident.owners.reduce((sum, owner) => sum + owner.sumNs, 0);
  return table([
    { title: "owner", kind: "text", isHead: true, value: (row) => row.owner,
      cell: (row) => html("span", { class: "layer" }, html("i", { class: "swatch", style: { background: ownerColor(row.owner) } }), row.owner) },
    { title: "time of the longest", kind: "time", value: (row) => row.longestNs },
    { title: "time of all", kind: "time", value: (row) => row.sumNs },
    { title: "of all", kind: "chart share", value: (row) => row.sumNs, cell: (row) => [bar(row.sumNs, whole, ownerColor(row.owner)), html("span", {}, share(row.sumNs, whole))] },
    { title: "requests (count)", kind: "count", value: (row) => row.requests },
  ], incident.owners, { caption: "Who owned the time of the requests that stood still" });
}

function stalls(incident) {
  if (incident.stalls.length === 0) return null;
  return table([
    { title: "request", kind: "text", isHead: true, value: (row) => row.id, cell: (row) => `#${row.id}` },
    { title: "began", kind: "text", value: (row) => row.startNs, cell: (row) => offset(row.startNs, incident.startNs) },
    { title: "stood still", kind: "time", value: (row) => row.ns },
    { title: "tried on", kind: "text", value: (row) => row.tries.join(" → "), cell: (row) => isolated(shortened(row.tries.join(" → "), 60)) },
    { title: "owners", kind: "text", value: (row) => row.parts.map((part) => `${part.owner} ${duration(part.ns)}`).join(", ") },
    { title: "end", kind: "text", value: (row) => (row.isUnfinished ? "not seen" : row.error ?? "well") },
  ], incident.stalls, { caption: `The longest of ${plural(incident.stalled, "request")} that stood still; ${count(incident.failed)} failed, ${count(incident.unfinished)} did when the recording ended`, limit: 10 });
}

function timers(incident) {
  if (incident.timers.length === 0) return null;
  return table([
    { title: "timer", kind: "text", isHead: true, value: (row) => row.timer },
    { title: "of", kind: "text", value: (row) => row.path },
    { title: "set to", kind: "time", value: (row) => row.predictedNs },
    { title: "ran", kind: "time", value: (row) => row.observedNs },
    { title: "then", kind: "text", value: (row) => (row.ranOut ? "it ran out" : "something else ended it") },
    { title: "note", kind: "text", value: (row) => row.note ?? "" },
  ], incident.timers, { caption: "Timers, as set and as observed", limit: 10 });
}

function events(incident) {
  return html("details", {}, html("summary", {}, `what happened, when: ${plural(incident.events.length, "sign")}`
    + (incident.furtherEvents > 0 ? `, and ${count(incident.furtherEvents)} that are not in the page` : "")),
    table([
      { title: "time", kind: "text", isHead: true, value: (row) => row.atNs, cell: (row) => offset(row.atNs, incident.startNs) },
      { title: "until", kind: "text", value: (row) => row.untilNs, cell: (row) => (row.untilNs > row.atNs ? offset(row.untilNs, incident.startNs) : "") },
      { title: "layer", kind: "text", value: (row) => row.layer, cell: (row) => layerTag(row.layer) },
      { title: "path", kind: "text", value: (row) => row.path, cell: (row) => isolated(row.path ?? "") },
      { title: "what", kind: "text wrap", value: (row) => row.what, cell: (row) => isolated(row.isLogged === false ? `${row.what} (the kernel logs nothing of it)` : row.what) },
      { title: "times (count)", kind: "count", value: (row) => row.count },
    ], incident.events, { caption: "Signs, in the order of time", limit: 60 }));
}
