// Numbers as people read them, as `dmflow report` prints them in a terminal.

/** `12.34 µs`, `4.012 ms`, `1.500 s`: four digits and a unit; whole nanoseconds below a microsecond. */
function duration(ns) {
  if (ns < 1000) return `${Math.round(ns)} ns`;
  let exponent = Math.floor(Math.log10(ns));
  if (10 ** exponent > ns) exponent -= 1;
  let digits = Math.round(ns / 10 ** (exponent - 3));
  // 999950 ns is 1.000 ms.
  if (digits >= 10000) [digits, exponent] = [1000, exponent + 1];
  if (exponent >= 12) return `${Math.round(ns / 1e9)} s`;
  const unit = Math.min(Math.floor(exponent / 3), 3);
  return `${(digits / 10 ** (3 - (exponent - 3 * unit))).toFixed(3 - (exponent - 3 * unit))} ${["ns", "µs", "ms", "s"][unit]}`;
}

/** For axes, without digits that say nothing: `10 µs`. */
function shortDuration(ns) {
  const [number, unit] = duration(ns).split(" ");
  return `${Number(number)} ${unit}`;
}

/** `12,345` */
function count(number) {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** To the nanosecond, as far as the browser's numbers go. */
function exact(ns) {
  return (Number.isSafeInteger(ns) ? "" : "about ") + `${count(BigInt(ns))} ns`;
}

/** `41.2 %` of the whole. */
function share(part, whole) {
  return whole > 0 ? `${((part * 100) / whole).toFixed(1)} %` : "–";
}

/** `1 call`, `2 calls` */
function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** `4 KiB`, `1.5 MiB` */
function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) [bytes, unit] = [bytes / 1024, unit + 1];
  return `${Number.isInteger(bytes) ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

/** A time, with all its nanoseconds for whoever points at it. */
function time(ns) {
  if (ns === null || ns === undefined) return html("span", { class: "none" }, "–");
  return html("span", { class: "time", title: exact(ns), data: { ns } }, duration(ns));
}

/** How many. */
function number(value) {
  return html("span", { class: "count", data: { count: value } }, count(value));
}

/** Seconds from a moment on: `+4.312 s`. */
function offset(ns, origin) {
  const difference = ns - origin;
  return `${difference < 0 ? "−" : "+"}${(Math.abs(difference) / 1e9).toFixed(3)} s`;
}

/** A name, or its beginning; all of it for whoever points at it. */
function named(text, length = 80) {
  return isolated(shortened(text, length), { title: text });
}

/** A name, or its beginning. */
function shortened(text, length) {
  const letters = Array.from(text.slice(0, 2 * length + 2));
  return letters.length > length ? letters.slice(0, length - 1).join("") + "…" : text;
}
