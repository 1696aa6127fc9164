// Axes of time: round moments, and how they are drawn.

const oneTwoFive = (unit, powers) => powers.flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power * unit));
const units = [["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9], ["min", 6e10], ["h", 3.6e12]];

/** Lengths that are round, in ns: up to 20 s, then up to 20 minutes, then in hours. */
const roundLengths = [...oneTwoFive(1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).slice(0, -1), ...oneTwoFive(6e10, [0, 1]).slice(0, -1),
  ...oneTwoFive(3.6e12, [0, 1, 2, 3, 4, 5, 6])];

/** `0.4 s` where the axis goes on for seconds. Minutes and hours are for steps that are whole ones: nobody reads 1.333 min. */
function tickText(ns, longest, step) {
  if (ns === 0) return "0";
  const [name, unit] = units.findLast(([, unit]) => unit <= longest && (unit < 6e10 || step % unit === 0));
  return `${Number((ns / unit).toFixed(3))} ${name}`;
}

/**
 * Round moments from one to another, as far apart as the least round length that gives no more than `most`.
 *
 * @param isSigned of moments before and after another.
 */
function timeTicks(from, to, { most = 6, isSigned = false } = {}) {
  const first = (step) => Math.ceil(from / step);
  const step = roundLengths.find((step) => Math.floor(to / step) - first(step) < most) ?? roundLengths.at(-1);
  const ticks = [];
  for (let index = first(step); index * step <= to; index += 1) ticks.push(index * step);
  const longest = Math.max(...ticks.map(Math.abs));
  return ticks.map((ns) => ({ ns, text: (ns < 0 ? "−" : isSigned && ns > 0 ? "+" : "") + tickText(Math.abs(ns), longest, step) }));
}

/** The same for a logarithmic axis: all round lengths, or tens of a unit, or only some of them; of a short axis those of a linear one. */
function logTicks(from, to, most = 6) {
  const all = roundLengths.filter((ns) => ns >= from && ns <= to);
  const tens = all.filter((ns) => tickText(ns, ns, ns).startsWith("1"));
  const isRoomy = (ticks) => ticks.length <= most
    && ticks.every((ns, index) => index === 0 || Math.log(ns / ticks[index - 1]) / Math.log(to / from) > 0.5 / most);
  const shown = [all, ...[1, 2, 3, 4].map((step) => tens.filter((_, index) => index % step === 0))].find(isRoomy) ?? [];
  return shown.length < 2 ? timeTicks(from, to, { most }) : shown.map((ns) => ({ ns, text: tickText(ns, ns, ns) }));
}

/** The round lengths around a range that a logarithmic axis begins and ends with. */
function roundEnds(from, to) {
  return [roundLengths.findLast((ns) => ns <= from) ?? 1, roundLengths.find((ns) => ns >= to) ?? to];
}

/** Ticks of an axis in SVG: lines over the height of what is drawn, and texts below it. */
function svgTicks(ticks, x, { top, bottom }) {
  return svg("g", {}, ticks.map(({ ns }) => svg("line", { class: "grid", x1: x(ns), x2: x(ns), y1: top, y2: bottom })),
    ticks.map(({ ns, text }) => svg("text", { class: "tick", data: { tick: ns }, x: x(ns), y: bottom + 14, "text-anchor": "middle" }, text)));
}

/** How far from an axis in SVG its picture has to go on, so that there is room for half of the last text. */
const tickMargin = 24;

/** A ruler in HTML that is as wide as a time. */
function ruler(ticks, length) {
  return html("div", { class: "ruler", "aria-hidden": "true" }, ticks.map(({ ns, text }) => {
    const at = (ns * 100) / Math.max(length, 1);
    return html("span", { class: at > 85 ? "last" : null, data: { tick: ns }, style: { left: `${at}%` } }, text);
  }));
}
