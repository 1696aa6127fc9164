"""Names that mean something to a format, from a text that anybody may have sent."""

import csv
import html
import json
import re
import sqlite3
import subprocess

from exports import check_dot, check_folded, graphviz, parsed_flowchart, whole_trees
from running import ROOT, equal, expect, run

# Without white space, which ends a name in the file.
NAMES = [
    "=1+1", "@SUM(A1)", "-1", "a;b", 'say"hi"', "back\\slash\\", "');DROP/**/TABLE/**/t;--", "%%{init:{}}%%", "<script>x</script>",
    "a&quot;b", "#35;", "`**a**`", "x-->y", "na\u00efve\u202e", "{}", "a,b", "\\N", "n0-->n1", '"];n0[label="x', "'quoted'",
]
FORMATS = ["folded", "dot", "mermaid", "jsonl-calls", "csv-calls", "sqlite"]


def renamed(capture):
    """A capture whose functions have other names of the same length, as its table of symbols has them."""
    called = {json.loads(line)["function"] for line in run("report", "--output", "jsonl-functions", capture).splitlines()}
    content = capture.read_bytes()
    for name in sorted(NAMES, key=lambda name: -len(name.encode())):
        new = name.encode()
        fitting = (old for old in called if old.isidentifier() and len(old) >= len(new))
        old = min(fitting, key=lambda old: (len(old), old))
        called.remove(old)
        # What is left of the old one goes on, so that it is as long.
        line = rb"([0-9a-f]{16} \w )" + old.encode() + rb"(?=[\t\n])"
        content = re.sub(line, lambda match: match[1] + new + b"_" * (len(old) - len(new)), content)
    return content


def check(at, mermaid):
    at.mkdir()
    trace = at / "hostile's \"trace\".dat"
    trace.write_bytes(renamed(ROOT / "Tests/Fixtures/6.1/io.dat"))
    run("report", *(word for format in FORMATS for word in ("--output", f"{format}={at / format}")), trace)
    calls = [json.loads(line) for line in (at / "jsonl-calls").read_text().splitlines()]
    names = [call["function"] for call in calls]
    for name in NAMES:
        expect(any(other.startswith(name.replace("\u202e", "\\u202e")) for other in names), f"hostile: {name} is in no call")
    expect(all(name.isprintable() for name in names), f"hostile: not printable: {names}")
    whole = whole_trees(calls)
    time, count = sum(tree[0]["durationNs"] for tree in whole), sum(map(len, whole))
    check_folded("hostile", at / "folded", time)
    check_dot("hostile", at / "dot", time, count)
    # A function's suffix is cut, and the smaller functions have no node.
    known = {name[0] + name[1:].split(".")[0] for name in names}
    nodes = json.loads(graphviz("hostile", at / "dot", "json"))["objects"]
    labels = {html.unescape(node["label"]).split("\\n")[0].replace("\\\\", "\\").replace('\\"', '"') for node in nodes if int(node["functions"]) == 1}
    expect(labels and labels <= known, f"hostile: labels in dot: {labels - known}")
    shown = {node["text"].split("<br/>")[0] for node in parsed_flowchart(at / "mermaid", mermaid)["nodes"]}
    others = {text for text in shown - known if "smaller ones of" not in text}
    expect(shown and not others, f"hostile: labels in mermaid: {others}")
    with open(at / "csv-calls", newline="") as file:
        fields = [row["function"] for row in csv.DictReader(file)]
    expect(not any(field[0] in "=+-@" for field in fields), f"hostile: a spreadsheet takes one for a formula: {fields}")
    equal("hostile: names in CSV", [field.removeprefix("'") if name[0] in "=+-@" else field for field, name in zip(fields, names)], names)
    kept = [row[0] for row in sqlite3.connect(at / "sqlite").execute("SELECT function FROM calls ORDER BY id")]
    equal("hostile: names in SQLite", kept, names)
    for engine in ("duckdb", "clickhouse"):
        run("export", "--for", engine, "-o", at / engine, trace)
        folders = [path.name for path in (at / engine / "captures").iterdir()]
        expect(len(folders) == 1 and all(letter.isalnum() or letter in "%._-" for letter in folders[0]), f"hostile: {folders}")
    subprocess.run(["sqlite3", at / "sqlite", "SELECT * FROM callers"], capture_output=True, check=True)
