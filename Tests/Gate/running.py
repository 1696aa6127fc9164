"""Runs dmflow, and holds what it writes to its form."""

import json
import os
import subprocess
import sys

import forms
from faults import complain
from published import Published

DMFLOW = os.path.abspath(sys.argv[1])
BASELINE, CHECK = Published("baseline"), Published("check")


def run(*arguments, at):
    done = subprocess.run([DMFLOW, *map(str, arguments)], cwd=at, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2, 64):
        complain(f"{' '.join(map(str, arguments))}: exit code {done.returncode}: {done.stderr[-300:]}")
    return done


def refused(what, done):
    """Exit code 2 has one line that says why, and no result."""
    if done.returncode != 2 or done.stdout or len(done.stderr.splitlines()) != 1 or not done.stderr.startswith("dmflow: "):
        complain(f"{what}: exit code {done.returncode} where 2 and one line are to be, {done.stderr[-300:]!r}")


def baseline(what, files, at, name):
    """A baseline of these files, as the schema says and the same whoever reads and writes it again."""
    done = run("baseline", *files, "-o", name, at=at)
    if done.returncode != 0:
        return complain(f"{what}: no baseline: {done.stderr.strip()}")
    text = (at / name).read_text()
    document = json.loads(text)
    BASELINE.check(what, document)
    if run("baseline", *files, at=at).stdout != text:
        complain(f"{what}: the same captures give another baseline")
    again = run("baseline", name, at=at).stdout
    (at / "again.json").write_text(again)
    if run("baseline", "again.json", at=at).stdout != again:
        complain(f"{what}: a baseline does not stay what it is")
    captures, shape = len(document["captures"]), len(document["shape"])
    if [len(one) for one in document["selves"]] != [shape] * captures:
        complain(f"{what}: self times of other calls")
    if any(len(line.get("in", range(captures))) != captures for line in document["shape"]):
        complain(f"{what}: a line of the shape is of other captures")
    return document


FILES = {"json": "c.json", "junit": "c.xml", "sarif": "c.sarif", "markdown": "c.md", "text": "c.txt"}


def compared(what, command, arguments, at, verdict=None, lenient=False):
    """Runs check or diff with every output, and holds each to its form and to the JSON.

    verdict is the one that is to come out; lenient tells that the policy lets pass what cannot be told."""
    outputs = [part for name, file in FILES.items() for part in ("--output", f"{name}={file}")]
    for file in [*FILES.values(), "status.txt"]:
        (at / file).unlink(missing_ok=True)
    status = ["--status", "status.txt"] if command == "check" else []
    done = run(command, *arguments, *outputs, *status, at=at)
    if done.returncode not in (0, 1):
        return complain(f"{what}: {done.stderr.strip()}")
    report = json.loads((at / "c.json").read_text())
    if not CHECK.check(what, report):
        return None
    forms.check_report(what, report, verdict)
    if done.returncode != (1 if command == "check" and not report["passes"] else 0):
        complain(f"{what}: exit code {done.returncode}, and passes is {report['passes']}")
    if done.stderr.splitlines()[-1:] != [f"dmflow: verdict: {report['verdict']}"] or done.stdout:
        complain(f"{what}: the last line is not the verdict: {done.stderr[-200:]!r}")
    words = [report["verdict"], "pass" if report["passes"] else "fail"]
    if status and (at / "status.txt").read_text().splitlines() != words:
        complain(f"{what}: the status is not {words}")
    forms.check_junit(what, at / "c.xml", report, lenient)
    forms.check_sarif(what, json.loads((at / "c.sarif").read_text()), report, lenient)
    forms.check_markdown(what, (at / "c.md").read_text(), report)
    last = f"verdict: {report['verdict']}" + (", which the policy lets pass" if report["verdict"] == "cannot tell" and report["passes"] else "")
    printed = run(command, *arguments, at=at).stdout
    if not printed or printed != (at / "c.txt").read_text() or printed.splitlines()[-1] != last:
        complain(f"{what}: what is printed does not end with '{last}'")
    alone = run(command, *arguments, "--output", "json", "--verbose", at=at)
    if json.loads(alone.stdout) != report:
        complain(f"{what}: another result in the second run")
    return report
