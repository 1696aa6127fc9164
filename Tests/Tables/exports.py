"""One capture in all formats, each opened by who takes it."""

import json
import pathlib
import re
import sqlite3
import subprocess

import duckdb

from running import duckdb_types, equal, expect, run

TABLES = ["calls", "requests", "stages", "functions"]


def check(file, at, mermaid):
    """Returns the report, for what is checked of all captures together."""
    at.mkdir()
    files = {"json": at / "report.json", "folded": at / "a.folded", "dot": at / "a.dot", "mermaid": at / "a.mmd", "sqlite": at / "a.db"}
    for table in TABLES:
        files |= {f"jsonl-{table}": at / f"{table}.jsonl", f"csv-{table}": at / f"{table}.csv"}
    run("report", *(word for format, path in files.items() for word in ("--output", f"{format}={path}")), file)
    report = json.loads(files["json"].read_text())
    name = f"{file.parent.name}/{file.name}"
    calls = [json.loads(line) for line in (at / "calls.jsonl").read_text().splitlines()]
    whole = whole_trees(calls)
    time = sum(tree[0]["durationNs"] for tree in whole)
    count = sum(map(len, whole))
    if not any(root["partialCalls"] for root in report["roots"]):
        equal(f"{name}: complete trees", time, sum(root["latency"]["sumNs"] for root in report["roots"] if not root["fragment"]))
    check_folded(name, files["folded"], time)
    check_dot(name, files["dot"], time, count)
    check_mermaid(name, files["mermaid"], mermaid, time, count)
    check_tables(name, at, report)
    check_sqlite(name, files["sqlite"], at, report)
    equal(f"{name}: a database into a pipe", run("report", "--output", "sqlite", file, binary=True), files["sqlite"].read_bytes())
    return report


def whole_trees(calls):
    """Trees without calls in doubt that are no fragments, as lists of calls, the root first."""
    trees = {}
    for call in calls:
        trees.setdefault(call["tree"], []).append(call)
    whole = [tree for tree in trees.values() if tree[0]["whole"] and not tree[0]["fragment"]]
    for tree in whole:
        expect(all(call["confidence"] == "complete" for call in tree), f"tree {tree[0]['tree']} is whole and has calls in doubt")
        equal(f"self times of tree {tree[0]['tree']}", sum(call["selfNs"] for call in tree), tree[0]["durationNs"])
    return whole


def check_folded(name, path, time):
    total = 0
    for line in path.read_text().splitlines():
        # As flamegraph.pl and inferno split it.
        stack, weight = re.fullmatch(r"(\S+) (\d+)", line).groups()
        expect(all(stack.split(";")), f"{name}: a stack with a frame without a name: {line}")
        total += int(weight)
    equal(f"{name}: folded", total, time)


def graphviz(name, path, form):
    done = subprocess.run(["dot", f"-T{form}", path], capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0 and not done.stderr, f"{name}: graphviz says: {done.stderr}")
    return done.stdout


def check_dot(name, path, time, count):
    graph = json.loads(graphviz(name, path, "json"))
    nodes, edges = graph.get("objects", []), graph.get("edges", [])
    expect(graphviz(name, path, "svg").rstrip().endswith("</svg>"), f"{name}: graphviz draws nothing")
    equal(f"{name}: self time in dot", sum(int(node["self_ns"]) for node in nodes), time)
    equal(f"{name}: calls in dot", sum(int(node["calls"]) for node in nodes), count)
    for node in nodes:
        calls = int(node["root_calls"]) + sum(int(edge["calls"]) for edge in edges if edge["head"] == node["_gvid"])
        equal(f"{name}: calls of {node['name']} by its callers", calls, int(node["calls"]))
    expect(len(nodes) <= 100 and len(edges) <= 300, f"{name}: dot has {len(nodes)} nodes and {len(edges)} edges")


def parsed_flowchart(path, mermaid):
    """What mermaid's own parser makes of it."""
    script = pathlib.Path(__file__).with_name("mermaid.mjs")
    done = subprocess.run(["node", script, mermaid, path], capture_output=True, text=True, timeout=60)
    if not expect(done.returncode == 0, f"{path.name}: mermaid says: {done.stderr[:500]}"):
        return {"nodes": [], "edges": []}
    return json.loads(done.stdout)


def check_mermaid(name, path, mermaid, time, count):
    text = path.read_text()
    graph = parsed_flowchart(path, mermaid)
    figures = re.findall(r"(?m)^  %% n\d+ calls=(\d+) self_ns=(\d+) total_ns=\d+$", text)
    equal(f"{name}: nodes in mermaid", len(graph["nodes"]), len(figures))
    equal(f"{name}: self time in mermaid", sum(int(self_ns) for _, self_ns in figures), time)
    equal(f"{name}: calls in mermaid", sum(int(calls) for calls, _ in figures), count)
    expect(len(text) < 50_000 and len(graph["edges"]) <= 150, f"{name}: mermaid has {len(text)} characters")
    equal(f"{name}: edges in mermaid", len(graph["edges"]), text.count(" -->|"))


def check_tables(name, at, report):
    database = duckdb.connect()
    for table in TABLES:
        types = ", ".join(f"'{column}': '{kind}'" for column, kind in duckdb_types(table).items())
        database.execute(f"CREATE TABLE {table} AS FROM read_json('{at}/{table}.jsonl', format = 'newline_delimited', columns = {{{types}}})")
        database.execute(
            f"CREATE TABLE {table}_csv AS FROM read_csv('{at}/{table}.csv', header = true, delim = ',', quote = '\"', escape = '\"', "
            f"new_line = '\\r\\n', auto_detect = false, columns = {{{types}}})"
        )
        for left, right in ((table, f"{table}_csv"), (f"{table}_csv", table)):
            other = database.execute(f"SELECT count(*) FROM (FROM {left} EXCEPT ALL FROM {right})").fetchone()[0]
            equal(f"{name}: rows that are in {left} and not in {right}", other, 0)

    def ask(question):
        return database.execute(question).fetchall()

    sums(name, "JSON lines", ask, report, "confidence = 'complete'")
    equal(f"{name}: captures", ask("SELECT count(DISTINCT capture) FROM functions")[0][0], 1 if report["functions"] else 0)


def sums(name, form, ask, report, is_complete):
    """The report's figures, from rows."""
    requests = report["requests"]
    joined, latency = (requests["joined"], requests["latency"]["sumNs"]) if requests else (0, 0)
    equal(f"{name}: calls in {form}", ask(f"SELECT count(*) FROM calls WHERE {is_complete}")[0][0], report["counts"]["calls"])
    layers = dict(ask(f"SELECT layer, sum(selfNs) FROM calls WHERE {is_complete} GROUP BY layer"))
    equal(f"{name}: layers in {form}", layers, {layer["layer"]: layer["selfNs"] for layer in report["layers"]})
    functions = {(one["function"], one["module"]): (one["calls"], one["selfNs"], one["totalNs"]) for one in report["functions"]}
    rows = ask("SELECT function, module, calls, selfNs, totalNs FROM functions")
    equal(f"{name}: functions in {form}", {tuple(row[:2]): tuple(row[2:]) for row in rows}, functions)
    equal(f"{name}: requests in {form}", tuple(ask("SELECT count(*), coalesce(sum(latencyNs), 0) FROM requests")[0]), (joined, latency))
    equal(f"{name}: stages in {form}", ask("SELECT coalesce(sum(ns), 0) FROM stages")[0][0], latency)


def check_sqlite(name, path, at, report):
    tool = subprocess.run(
        ["sqlite3", path, "PRAGMA integrity_check; PRAGMA foreign_key_check;"], capture_output=True, text=True, check=True
    )
    equal(f"{name}: SQLite's own check", tool.stdout, "ok\n")
    database = sqlite3.connect(path)

    def ask(question):
        return database.execute(question).fetchall()

    sums(name, "SQLite", ask, report, "confidence = 'complete'")
    for table in TABLES:
        count = len((at / f"{table}.jsonl").read_text().splitlines())
        equal(f"{name}: rows of {table} in SQLite", ask(f"SELECT count(*) FROM {table}")[0][0], count)
    equal(f"{name}: incidents in SQLite", ask("SELECT count(*) FROM incidents")[0][0], len(report["failover"] or []))
    paths = {path["devno"]: (path["tries"], path["failed"], path["latency"]["sumNs"]) for path in report["paths"] or []}
    rows = ask("SELECT devno, tries, failed, coalesce(sumNs, 0) FROM paths WHERE tries > 0 OR rejected > 0")
    equal(f"{name}: paths in SQLite", {row[0]: row[1:] for row in rows}, {key: value for key, value in paths.items() if value[0]})
    roots = ask("SELECT sum(sumNs) FROM roots")[0][0] or 0
    equal(f"{name}: roots in SQLite", roots, sum(root["latency"]["sumNs"] for root in report["roots"]))
    for (view,) in ask("SELECT name FROM sqlite_schema WHERE type = 'view'"):
        ask(f"SELECT * FROM {view}")
    database.close()
