// Histograms of times. A bin is a quarter of a range between two powers of two; the axis is logarithmic, and counts are exact.

/** Where a bin begins, in ns. */
function binStart(bin) {
  return bin < 0 ? 0 : 2 ** Math.floor(bin / 4) * (1 + (bin % 4) / 4);
}

/** Pairs of a bin and a count from a list of numbers. */
function binPairs(numbers) {
  const pairs = [];
  for (let index = 0; index < numbers.length; index += 2) pairs.push([numbers[index], numbers[index + 1]]);
  return pairs;
}

function binText([bin, times], noun) {
  const range = bin < 0 ? "0 ns" : `${duration(binStart(bin))} to ${duration(binStart(bin + 1))}`;
  return `${range}: ${plural(times, noun)}`;
}

/** Where the bars of bins without a time are, before an axis that has no zero. */
const zeroWidth = 4;

/**
 * Bars without an axis, for a cell of a table; all of a column on one axis.
 *
 * @param range the ends of the axis.
 */
function sparkline(numbers, [from, to], noun, color) {
  const pairs = binPairs(numbers);
  const [width, height] = [120, 26];
  const most = Math.max(1, ...pairs.map(([, times]) => times));
  const x = (ns) => (ns < from ? 0 : zeroWidth + ((width - zeroWidth) * Math.log(ns / from)) / Math.log(to / from));
  const bars = pairs.map((pair) => {
    const tall = Math.max(1.5, (pair[1] / most) * (height - 2));
    const [start, end] = [x(binStart(pair[0])), pair[0] < 0 ? zeroWidth : x(binStart(pair[0] + 1))];
    return svg("rect", {
      x: start.toFixed(2), y: (height - tall).toFixed(2), width: Math.max(end - start - 0.4, 0.8).toFixed(2),
      height: tall.toFixed(2), ...(color ? { fill: color } : {}),
    }, svg("title", {}, binText(pair, noun)));
  });
  const told = pairs.length === 0 ? "nothing" : pairs.map((pair) => binText(pair, noun)).slice(0, 40).join("; ");
  return svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": told }, bars);
}

/** The least and the greatest bin of several lists, but for times of zero. */
function binRange(lists) {
  const bins = lists.flatMap((numbers) => numbers.filter((_, index) => index % 2 === 0)).filter((bin) => bin >= 0);
  return bins.length === 0 ? [0, 1] : [Math.min(...bins), Math.max(...bins)];
}

/** The round ends of the axis that a column of sparklines has in common. */
function sparkRange(lists) {
  const [low, high] = binRange(lists);
  return roundEnds(binStart(low), binStart(high + 1));
}

function rangeText([from, to]) {
  return `${tickText(from, from, from)} … ${tickText(to, to, to)}, log scale`;
}

/**
 * A histogram with axes, and lines where half and 99 of a hundred are.
 *
 * @param marks a name and ns each.
 */
function histogram(numbers, { title, noun, marks = [], color }) {
  const pairs = binPairs(numbers);
  if (pairs.length === 0) return html("p", { class: "empty" }, `${title}: nothing to show.`);
  const [width, height, left, bottom, top] = [640, 190, 46, 24, 26];
  const [low, high] = binRange([numbers]);
  const [from, to] = [binStart(low), binStart(high + 1)];
  const zeros = pairs[0][0] < 0 ? 26 : 0;
  const plot = width - left - tickMargin - zeros;
  const x = (ns) => left + zeros + (plot * Math.log2(ns / from)) / Math.max(Math.log2(to / from), 1e-9);
  const most = Math.max(...pairs.map(([, times]) => times));
  const y = (times) => height - bottom - (times / most) * (height - bottom - top);
  const bars = pairs.map((pair) => {
    const start = pair[0] < 0 ? left : x(binStart(pair[0]));
    const end = pair[0] < 0 ? left + zeros - 8 : x(binStart(pair[0] + 1));
    const tall = Math.max(1.5, height - bottom - y(pair[1]));
    return svg("rect", {
      class: "bin", x: start.toFixed(1), y: (height - bottom - tall).toFixed(1), width: Math.max(end - start - 0.8, 0.8).toFixed(1),
      height: tall.toFixed(1), ...(color ? { fill: color } : {}),
    }, svg("title", {}, binText(pair, noun)));
  });
  const axis = [svgTicks(logTicks(from, to), x, { top, bottom: height - bottom }),
    zeros > 0 && svg("text", { class: "tick", x: left + 9, y: height - bottom + 14, "text-anchor": "middle" }, "0")];
  let lastMark = -Infinity;
  const lines = marks.filter((mark) => mark.ns > 0).map((mark) => {
    const at = Math.min(Math.max(x(mark.ns), left), width - tickMargin);
    const row = at - lastMark < 90 ? 2 : 1;
    lastMark = row === 2 ? -Infinity : at;
    const isLate = at > width - 110;
    return [
      svg("line", { class: "mark", x1: at, x2: at, y1: 12 * row - 8, y2: height - bottom }),
      svg("text", { class: "mark-text", x: at + (isLate ? -4 : 4), y: 12 * row, "text-anchor": isLate ? "end" : "start" },
        `${mark.name} ${duration(mark.ns)}`),
    ];
  });
  return html("figure", { class: "histogram" },
    html("figcaption", {}, title),
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${pairs.map((pair) => binText(pair, noun)).join("; ")}` },
      axis,
      svg("line", { class: "axis", x1: left, x2: width - tickMargin, y1: height - bottom, y2: height - bottom }),
      svg("text", { class: "tick", x: left - 6, y: y(most) + 4, "text-anchor": "end" }, count(most)),
      svg("text", { class: "tick", x: left - 6, y: height - bottom, "text-anchor": "end" }, "0"),
      bars, lines));
}
