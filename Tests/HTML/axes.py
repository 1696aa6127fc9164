"""Axes of time: their ticks are round, few, and do not overlap, on a page and of lengths made by chance."""

from browser import complain

AXES = """
const axes = new Map();
for (const tick of document.querySelectorAll("[data-tick]")) {
  const { left, right, top, bottom } = tick.getBoundingClientRect();
  if (right === left) continue;
  const axis = tick.parentElement;
  if (!axes.has(axis)) axes.set(axis, { section: tick.closest("section").id, ticks: [] });
  axes.get(axis).ticks.push({ left, right, top, bottom, text: tick.textContent, ns: Number(tick.dataset.tick) });
}
return [...axes.values()];
"""

UNITS = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "min": 6e10, "h": 3.6e12}

MADE = """
const random = (() => { let state = 11; return () => { state = (state * 48271) % 2147483647; return state / 2147483647; }; })();
const made = [];
for (let round = 0; round < 3000; round += 1) {
  const length = Math.ceil(10 ** (random() * 15));
  const from = round % 3 === 0 ? -Math.floor(random() * length) : 0;
  made.push({ from, to: from + length, ticks: timeTicks(from, from + length), places: (ns) => (ns - from) / length });
  const low = Math.ceil(10 ** (random() * 11));
  const high = low * (1 + Math.ceil(10 ** (random() * 4)) / 4);
  made.push({ from: low, to: high, ticks: logTicks(low, high), places: (ns) => Math.log(ns / low) / Math.log(high / low), ends: roundEnds(low, high) });
}
return made.map((axis) => ({ ...axis, places: axis.ticks.map(({ ns }) => axis.places(ns)) }));
"""


def is_round(ns):
    """Whether it is 1, 2 or 5 times a power of ten of a unit."""
    return any(ns % unit == 0 and str(int(ns // unit)).rstrip("0") in ("1", "2", "5") for unit in UNITS.values())


def value(text):
    """The ns that a text tells."""
    if text == "0":
        return 0
    number, unit = text.lstrip("+−").split(" ")
    return float(number) * UNITS[unit] * (-1 if text.startswith("−") else 1)


def wrong(ticks):
    """What is wrong with the ticks of an axis, each ns and a text."""
    times = [ns for ns, _ in ticks]
    if len(times) > 6:
        return "are too many"
    if times != sorted(set(times)):
        return "are not in order"
    if any(abs(value(text) - ns) > abs(ns) * 1e-9 for ns, text in ticks):
        return "tell other times"
    if any(len(text.lstrip("+−").split(" ")[0]) > 4 for _, text in ticks):
        return "have too many digits"
    steps = {round(after - before) for before, after in zip(times, times[1:])}
    if len(steps) == 1 and is_round(steps.pop()) or all(is_round(abs(ns)) for ns in times if ns):
        return None
    return "are not round"


def check(page, browser):
    browser.run("for (const details of document.querySelectorAll('details')) details.open = true")
    axes = browser.run(AXES)
    wanted = {"single-requests", "requests"} if (page.report["requests"] or {}).get("joined") else set()
    wanted |= {"failover"} if page.report["failover"] else set()
    wanted |= {"calls"} if browser.all("canvas.icicle") else set()
    if not wanted <= {axis["section"] for axis in axes}:
        complain(f"{page.name}: axes without ticks: {wanted} of {len(axes)}")
    check_axes(page, axes)
    browser.driver.set_window_size(500, 900)
    check_axes(page, browser.run(AXES))
    browser.driver.set_window_size(1300, 1000)


def check_axes(page, axes):
    for axis in axes:
        ticks = axis["ticks"]
        problem = wrong([(tick["ns"], tick["text"]) for tick in ticks])
        if problem:
            complain(f"{page.name}: {axis['section']}: ticks {[tick['text'] for tick in ticks]} {problem}")
        for before, after in zip(ticks, ticks[1:]):
            # Beside each other, or above each other.
            if before["right"] > after["left"] and after["bottom"] > before["top"] + 1:
                complain(f"{page.name}: {axis['section']}: {after['text']} is over {before['text']}")


def check_made(browser, folder):
    """Ticks of lengths made by chance, from a nanosecond to days."""
    browser.driver.get("about:blank")
    code = "\n".join((folder / f"{name}.js").read_text() for name in ("elements", "figures", "ticks"))
    for axis in browser.run(code + MADE):
        name = f"ticks from {axis['from']} to {axis['to']}: {[tick['text'] for tick in axis['ticks']]}"
        problem = wrong([(tick["ns"], tick["text"]) for tick in axis["ticks"]])
        if problem:
            complain(f"{name} {problem}")
        if axis["to"] - axis["from"] > 10 and len(axis["ticks"]) < 2:
            complain(f"{name} are too few")
        # A text has about a fourteenth of the narrowest picture.
        if any(place < 0 or place > 1 for place in axis["places"]) or any(b - a < 1 / 13 for a, b in zip(axis["places"], axis["places"][1:])):
            complain(f"{name} are at {axis['places']}")
        if "ends" in axis and not (axis["ends"][0] <= axis["from"] and axis["to"] <= axis["ends"][1] and all(map(is_round, axis["ends"]))):
            complain(f"{name} lie between {axis['ends']}")
