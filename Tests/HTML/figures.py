"""The figures of a page are those of the report's JSON, and the sums of its trees are exact."""

from browser import complain


def check(page, browser):
    browser.run("for (const details of document.querySelectorAll('details')) details.open = true")
    browser.run("for (const button of document.querySelectorAll('button.more:not([hidden])')) button.click()")
    report = page.report
    counts(page, browser)
    same(page, "roots", browser.rows("#roots tr[data-root]"), [
        ([root["calls"]], [root["latency"][key] for key in ("sumNs", "p50Ns", "p90Ns", "p99Ns", "maxNs")])
        for root in sorted(report["roots"][:60], key=lambda root: root["fragment"])])
    same(page, "layers", browser.rows("#roots tr[data-layer]"), [
        ([layer["calls"]], [layer["selfNs"], layer["totalNs"]]) for layer in report["layers"]])
    functions(page, browser)
    requests(page, browser)
    failover(page, browser)
    trees(page)


def same(page, what, rows, expected):
    found = [(row["counts"], row["times"]) for row in rows]
    if found != expected:
        at = next((index for index, pair in enumerate(zip(found, expected)) if pair[0] != pair[1]), min(len(found), len(expected)))
        complain(f"{page.name}: {what}: row {at} of {len(found)} is {found[at:at + 1]} and not {expected[at:at + 1]} of {len(expected)}")


def counts(page, browser):
    names = {"complete calls": "calls", "open calls": "open", "orphans": "orphans", "lossy calls": "lossy", "lost events": "lostEvents",
             "losses without a count": "uncountedLosses", "not understood": "unparsedLines", "other events and comments": "comments",
             "all records": "records"}
    found = {names[row["key"]]: row["counts"][0] for row in browser.rows("tr[data-counted]")}
    if found != {key: page.report["counts"][key] for key in names.values()}:
        complain(f"{page.name}: counts are {found}")


def functions(page, browser):
    rows = page.report["functions"]
    found = browser.run("""const table = [...document.querySelectorAll('#roots table')].find((table) => table.caption.textContent.startsWith('Functions'));
        return table ? [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll('[data-ns], [data-count]')].map((cell) => Number(cell.dataset.ns ?? cell.dataset.count))) : []""")
    expected = [[row["selfNs"], row["totalNs"], row["calls"], row["totalNs"] // row["calls"]] for row in rows[:400]]
    rest = rows[400:]
    if rest:
        expected.append([sum(row[key] for row in rest) for key in ("selfNs", "totalNs", "calls")])
    if found != expected:
        complain(f"{page.name}: functions differ: {len(found)} rows of {len(expected)}")


def latency(figures):
    return [figures[key] for key in ("p50Ns", "p90Ns", "p99Ns", "maxNs")]


def requests(page, browser):
    requests, paths = page.report["requests"], page.report["paths"]
    if not requests or requests["joined"] == 0:
        return
    rows = browser.run("""const table = [...document.querySelectorAll('#requests table')].find((table) => table.caption.textContent === 'Latency of requests');
        return [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll('[data-ns], [data-count]')].map((cell) => Number(cell.dataset.ns ?? cell.dataset.count)))""")
    expected = [[figures[key] for key in ("count", "sumNs", "minNs", "meanNs", "p50Ns", "p90Ns", "p99Ns", "maxNs")]
                for figures in (requests["latency"], requests["untilData"]) if figures["count"]]
    if rows != expected:
        complain(f"{page.name}: latency of requests is {rows} and not {expected}")
    stages = [([stage["latency"]["count"]], [stage["latency"]["sumNs"], *latency(stage["latency"])]) for stage in requests["stages"]]
    same(page, "stages", browser.rows("#requests tr[data-stage]"), stages)
    same(page, "paths", browser.rows("#paths tr[data-path]"), [
        ([path[key] for key in ("tries", "failed", "rejected", "retries")], latency(path["latency"])) for path in paths[:256]])
    # The slowest ones, with stages that add up to their latency.
    found = browser.run("""return [...document.querySelectorAll('details.request')].map((request) => [Number(request.dataset.id),
        Number(request.querySelector('summary .time').dataset.ns), Number(request.querySelector('tr.sum [data-ns]').dataset.ns)])""")
    for number, whole, together in found:
        if whole != together:
            complain(f"{page.name}: request {number}: its stages are {together} ns of {whole}")
    slowest = [[request["id"], request["latencyNs"]] for request in requests["slowest"]]
    if [row[:2] for row in found[1:1 + len(slowest)]] != slowest:
        complain(f"{page.name}: the slowest requests are {found[1:4]} and not {slowest[:3]}")


def failover(page, browser):
    incidents = page.report["failover"] or []
    found = browser.run("return [...document.querySelectorAll('.incident .sentence')].map((text) => text.textContent)")
    if found != [incident["sentence"].replace(" us", " µs") for incident in incidents[:30]]:
        complain(f"{page.name}: incidents are {found}")
    if incidents and browser.run("return document.querySelectorAll('.timeline .lane').length") == 0:
        complain(f"{page.name}: no lanes")


def weights(lists):
    """What each node has, with all below it."""
    whole = list(lists["self"])
    for index in range(len(whole) - 1, -1, -1):
        if lists["parent"][index] >= 0:
            whole[lists["parent"][index]] += whole[index]
    return whole


def trees(page):
    data, report = page.data, page.report
    lists = data["merged"]["tree"]
    roots = [index for index, parent in enumerate(lists["parent"]) if parent < 0]
    whole = weights(lists)
    is_text = report["source"]["kind"] == "text"
    if not is_text and any(whole[index] != lists["total"][index] for index in roots):
        complain(f"{page.name}: selves of the merged tree do not add up")
    # Of roots without trees in doubt all calls are in the merged tree.
    for root in report["roots"]:
        if root["fragment"] or root["partialCalls"]:
            continue
        name = root["function"].split(".")[0] if not root["function"].startswith(".") else root["function"]
        own = [index for index in roots if data["functions"]["names"][lists["name"][index]].split(" ")[0].split(".")[0] == name]
        same_name = [other for other in report["roots"] if other["function"].split(".")[0] == name]
        if len(same_name) == 1 and sum(lists["total"][index] for index in own) != root["latency"]["sumNs"]:
            complain(f"{page.name}: {name} has {sum(lists['total'][index] for index in own)} ns in the merged tree and not {root['latency']['sumNs']}")
    for root in data["trees"]:
        for tree in [root["typical"], *root["slowest"]]:
            if tree and not is_text and not tree["partial"] and sum(tree["tree"]["self"]) != tree["ns"]:
                complain(f"{page.name}: tree {tree['number']}: selves are {sum(tree['tree']['self'])} ns of {tree['ns']}")
