"""Pages of captures that are meant to break them: with nothing in them, with names that are code, with a million calls."""

import itertools
import pathlib
import random
import re

from browser import complain
from pages import Page

# What a trace.dat can be made to call functions, modules and tasks; no blanks, which end a name there.
CODE = [
    b"<img/src=x/onerror=window.broken=1>", b"'\"><svg/onload=window.broken=1>", b"</script><script>window.broken=1;", b"</script><b>", b"<!--<script>",
    b"<b/id=x>", b"\xe2\x80\xaegnidliub", b"__proto__", b"\x1b[31mred", b"\xff\xfe\xfd\xfc", b"&lt;b&gt;",
]
FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "Fixtures"
EMPTY = {
    "only-losses": "# tracer: function_graph\n#\nCPU:0 [LOST 17 EVENTS]\n 0)   1.000 us    |  }\n",
    "only-open": "# tracer: function_graph\n#\n 0)               |  dm_mq_queue_rq() {\n",
    "no-duration": "# tracer: function_graph\n#\n# CPU  FUNCTION CALLS\n# |     |   |   |   |\n 0)  dm_mq_queue_rq() {\n 0)    dm_start_request();\n 0)  }\n",
}


def check(browser, directory):
    directory = pathlib.Path(directory)
    for name, text in EMPTY.items():
        check_empty(browser, directory, name, text)
    check_hostile(browser, directory)
    check_large(browser, directory)


def page_of(browser, directory, name, text):
    file = directory / name
    file.write_text(text)
    page = Page(file, directory, name=name)
    return page, browser.open(page)


def check_empty(browser, directory, name, text):
    page, _ = page_of(browser, directory, f"{name}.txt", text)
    said = browser.text("#summary") + browser.text("main")
    if page.report["counts"]["calls"] == 0 and "no times to tell" not in said:
        complain(f"{name}: the page does not say that there is nothing")
    browser.finish(page)


def renamed(trace):
    """The trace with every second name of a function or task turned into code, of the same length: its sizes stay as they are."""
    code = itertools.cycle(CODE)

    def turned(match):
        room = len(match[2])
        name = next((name for name in itertools.islice(code, len(CODE)) if len(name) <= room), b"")
        return match[1] + name + b"n" * (room - len(name))

    trace = re.sub(rb"([0-9a-f]{16} [tT] )(\S{8,})", turned, trace)
    return re.sub(rb"(\n\d+ )(k\S{7,})(?=\n)", turned, trace)


def check_hostile(browser, directory):
    file = directory / "<img src=x onerror=window.broken=1>&amp;\u202e.dat"
    file.write_bytes(renamed((FIXTURES / "6.1/io.dat").read_bytes()))
    page = Page(file, directory, name=file.name)
    browser.open(page)
    names = [function["function"] for function in page.report["functions"]]
    if sum("<" in name for name in names) < 10:
        complain(f"hostile: no code among {names}")
    browser.run("for (const details of document.querySelectorAll('details')) details.open = true")
    browser.run("for (const button of document.querySelectorAll('button')) if (button.textContent.startsWith('show')) button.click()")
    browser.run("for (const row of document.querySelectorAll('.listing tr')) row.click()")
    if browser.run("return window.broken !== undefined"):
        complain("hostile: a name was run")
    kinds = browser.run("return [document.scripts.length, document.images.length, document.querySelectorAll('b[id], svg[onload], iframe, base, meta[http-equiv=refresh]').length]")
    if kinds != [2, 0, 0]:
        complain(f"hostile: elements came out of names: {kinds}")
    if "window.broken" not in browser.text("main"):
        complain("hostile: the names are not shown")
    browser.finish(page)
    check_long(browser, directory)


def check_long(browser, directory):
    # As long as a line can have.
    name = "n" * 60_000
    page, _ = page_of(browser, directory, "long.txt", f" 0)   1.000 us    |  f();\n 0)               |  {name}() {{\n 0)   1.000 us    |    f();\n 0)   3.000 us    |  }}\n")
    if "59,700 bytes more" not in page.text or "nnnn" not in browser.text("main") or page.size > 400_000:
        complain(f"a long name: {page.size} bytes, or it is not said that it is cut")
    browser.finish(page)


def check_large(browser, directory):
    """A million calls below thirty functions and their like, forty levels deep, with names that few have in common."""
    random.seed(5)
    lines = ["# tracer: function_graph\n#\n# CPU  DURATION                  FUNCTION CALLS\n# |     |   |                     |   |   |   |\n"]
    names = [f"{random.choice(['dm', 'scsi', 'blk', 'iscsi', 'tcp', 'kmem', 'ext4'])}_{word}_{number}" for number in range(700) for word in ["queue", "end"]]

    def call(level, function):
        """Lines of a call and how long it took, in hundredths of a microsecond."""
        inside = [] if level > 12 or random.random() < 0.35 else [random.randrange(len(names)) for _ in range(random.choice([1, 2, 2, 3, 5]))]
        if not inside:
            ns = random.randrange(100, 400)
            return [f" 0) {ns // 100:3}.{ns % 100:02}0 us    |{'  ' * (level + 1)}{names[function]}();\n"], ns
        calls = [call(level + 1, (function * 31 + index) % len(names)) for index in range(len(inside))]
        ns = sum(ns for _, ns in calls) + random.randrange(10, 900)
        body = [line for lines, _ in calls for line in lines]
        return [f" 0)               |{'  ' * (level + 1)}{names[function]}() {{\n", *body, f" 0) {ns // 100:3}.{ns % 100:02}0 us    |{'  ' * (level + 1)}}}\n"], ns

    trees = [call(0, root)[0] for root in range(40) for _ in range(10)]
    calls = [sum(not line.endswith("}\n") for line in tree) for tree in trees]
    number = 0
    while number < 1_000_000:
        chosen = random.randrange(len(trees))
        lines += trees[chosen]
        number += calls[chosen]
    page, seconds = page_of(browser, directory, "a-million-calls.txt", "".join(lines))
    if page.report["counts"]["calls"] < 900_000:
        complain(f"a million calls: {page.report['counts']}")
    browser.finish(page)
    print(f"a million calls: {page.report['counts']['calls']:,} of them, {page.size / 1000:.0f} kB, opened in {seconds:.2f} s")
