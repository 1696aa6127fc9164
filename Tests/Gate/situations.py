"""Situations whose verdicts are known, made of copies of one capture."""

import copy
import json

from faults import complain
from running import compared, refused, run

# Names that XML, Markdown and URIs need care with, and that a trace can have.
HOSTILE = "a<b>&\"c'd]]>|`*_\\é😀"


class Captures:
    """Copies of a capture, which differ by a few parts of a thousand, of one boot and in turns unless it is said otherwise."""

    def __init__(self, model, at):
        self.model, self.at = model, at

    def write(self, name, count=12, head=False, change=None, behind=False, boots=False):
        document = copy.deepcopy(self.model)
        if change:
            change(document)
        first, second = document["captures"][0], []
        for number in range(count):
            one = copy.deepcopy(first)
            turn = number + (1000 if behind and head else 0)
            one["name"] = f"{name}-{number:02}.dat"
            one["identity"] |= {"boot": f"{name}-{number}" if boots else "validate", "startNs": (2 * turn + head) * 10**10}
            second.append(one)
        document["captures"] = second
        for line in document["shape"]:
            if "in" in line:
                line["in"] *= count
        document["selves"] *= count
        times = []
        for row, one in enumerate(document["times"]):
            for number in range(count):
                # The same numbers on both sides, in another order.
                chance = 1 + ((5 * number + 7 * row + 6 * head) % 12 - 5.5) / 1000
                times.append(one | {"capture": number, "usualNs": one["usualNs"] * chance} | {key: round(one[key] * chance) for key in PERCENTILES})
        document["times"] = times
        (self.at / name).write_text(json.dumps(document))
        return name


PERCENTILES = "p50Ns", "p90Ns", "p99Ns"


def busiest_root(document):
    return max((line for line in document["shape"] if line["depth"] == 0), key=lambda line: line["in"][0][0])


def calls_of_root(document):
    """The places of a root's calls in the shape."""
    first = document["shape"].index(busiest_root(document))
    end = next((place for place in range(first + 1, len(document["shape"])) if document["shape"][place]["depth"] == 0), len(document["shape"]))
    return range(first + 1, end)


def longer(document, powers=1):
    """The busiest root takes twice as long, or half as long."""
    root, factor = busiest_root(document)["call"], 2.0**powers
    for one in document["times"]:
        if one["kind"] in ("root", "layer") and one["of"] == root:
            one |= {"usualNs": one["usualNs"] * factor} | {key: round(one[key] * factor) for key in (*PERCENTILES, "minNs", "maxNs", "sumNs")}
            one["buckets"] = [[max(0, number + 16 * powers), count] for number, count in one["buckets"] if number + 16 * powers >= 0]
    for place in calls_of_root(document):
        value = document["selves"][0][place]
        document["selves"][0][place] = value and value * factor


def another_call(document):
    place = calls_of_root(document)[0]
    document["shape"].insert(place, {"call": HOSTILE, "layer": "mm", "depth": 1, "each": 3})
    document["selves"][0].insert(place, 100)


def fewer_calls(document):
    """What the root always calls is gone, with what that calls."""
    places = calls_of_root(document)
    first = next(place for place in places if document["shape"][place]["depth"] == 1 and "each" in document["shape"][place])
    end = next((place for place in range(first + 1, places[-1] + 1) if document["shape"][place]["depth"] <= 1), places[-1] + 1)
    del document["shape"][first:end], document["selves"][0][first:end]


def more_calls(document):
    line = next(document["shape"][place] for place in calls_of_root(document) if document["shape"][place].get("each") == 1)
    line["each"] = 2


def stage_gone(document):
    """One that all requests come by."""
    stages = [one for one in document["times"] if one["kind"] == "stage"]
    most = max(stages, key=lambda one: sum(count for _, count in one["buckets"]))["part"]
    document["times"] = [one for one in document["times"] if one["kind"] != "stage" or one["part"] != most]


def lossy(document):
    document["captures"][0]["losses"]["events"] = 5


FAILING = r"""
time: off
shape: off
budgets:
  - {name: "never-lossy", lost: nothing}
  - {name: "fast requests", row: requests, p50: 1ns, comment: "<b>&|`'[x](y) @owner"}
  - {name: "a<b>&\"c\"|", path: "*", p50: 1ns}
  - {name: "no calls", calls: "*", per: request, most: 0}
  - {name: "no calls at all", calls: "*", per: "*", most: 0}
"""
KEPT = "time: off\nshape: off\nbudgets:\n  - {name: lost, lost: nothing}\n  - {name: slow, row: requests, p50: 1000s}\n  - {name: joined, joined: all}\n"
LENIENT = "cannot-tell: pass\n"


def situations(captures):
    at = captures.at
    for name, text in (("fails.yml", FAILING), ("kept.yml", KEPT), ("lenient.yml", LENIENT), ("a b%ä.yml", FAILING)):
        (at / name).write_text(text)
    base, head = captures.write("base.json"), captures.write("head.json", head=True)
    against = ["--baseline", base]
    said = {"same": compared("nothing changed", "check", [head, *against], at, "same")}
    # It takes more pairs than captures that may all change places.
    pairs = captures.write("base-pairs.json", count=18), captures.write("head-pairs.json", count=18, head=True)
    compared("nothing changed, in pairs", "check", [pairs[1], "--baseline", pairs[0], "--paired"], at, "same")
    compared("no difference", "diff", [base, head], at, "same")
    slow = captures.write("slow.json", head=True, change=longer)
    said["slower"] = compared("a slower root", "check", [slow, *against], at, "worse")
    slow_pairs = captures.write("slow-pairs.json", count=18, head=True, change=longer)
    compared("a slower root, in pairs", "check", [slow_pairs, "--baseline", pairs[0], "--paired"], at, "worse")
    compared("a slower root that nobody is to fail for", "diff", [base, slow], at, "worse")
    fast = captures.write("fast.json", head=True, change=lambda document: longer(document, -1))
    said["faster"] = compared("a faster root", "check", [fast, *against], at, "better")
    few = [captures.write("few.json", 3, head=True), "--baseline", captures.write("few-base.json", 3)]
    said["few"] = compared("three captures", "check", few, at, "cannot tell")
    compared("three captures, which may pass", "check", [*few, "--policy", "lenient.yml"], at, "cannot tell", lenient=True)
    one = [captures.write("one-base.json", 1), captures.write("one.json", 1, head=True)]
    compared("one capture and another", "diff", one, at, "cannot tell")
    compared("one side behind the other", "check", [captures.write("late.json", head=True, behind=True), *against], at, "cannot tell")
    boots = ["--baseline", captures.write("boots-base.json", boots=True)]
    compared("every capture of a boot of its own", "check", [captures.write("boots.json", head=True, boots=True), *boots], at, "same")
    for what, change in (("another call", another_call), ("a call that is gone", fewer_calls), ("more calls", more_calls), ("a stage that is gone", stage_gone)):
        changed = captures.write("changed.json", 2, head=True, change=change)
        said[what] = compared(what, "check", [changed, *against, "--verbose"], at, "worse")
    losing = captures.write("lossy.json", head=True, change=lossy)
    said["lossy"] = compared("lost events", "check", [losing, *against], at, "cannot tell")
    said["budgets"] = compared("budgets that are not kept", "check", [losing, "--policy", "fails.yml"], at, "worse")
    compared("a policy whose name is no URI", "check", [losing, "--policy", "a b%ä.yml"], at, "worse")
    compared("budgets that are kept", "check", [head, "--policy", "kept.yml"], at, "same")
    check_said(said)
    (at / "status.txt").write_text("same\npass\n")
    refused("a baseline against itself", run("check", base, *against, "--status", "status.txt", at=at))
    if (at / "status.txt").read_text() == "same\npass\n":
        complain("a check that could not be done leaves the verdict of an earlier one")
    refused("a capture twice", run("baseline", base, base, at=at))
    damaged = json.loads((at / base).read_text())
    damaged["selves"][0].pop()
    (at / "damaged.json").write_text(json.dumps(damaged))
    refused("a damaged baseline", run("check", head, "--baseline", "damaged.json", at=at))


def check_said(said):
    """Each kind of finding comes with what it is to have."""

    def findings(situation, *rules):
        return [one for one in (said[situation] or {"findings": []})["findings"] if one["rule"] in rules]

    needs = {
        "a slower root has its tree": (said["slower"] or {}).get("owners"),
        "a slower root has bounds": any({"low", "high"} <= set(one.get("effect", {})) for one in findings("slower", "time")),
        "few captures have a number that would decide": any("moreCaptures" in one for one in findings("few", "time")),
        "a new call has its way": any(HOSTILE in one.get("way", []) for one in findings("another call", "new-call")),
        "a gone call is named": findings("a call that is gone", "vanished-call"),
        "more calls are named": findings("more calls", "fan-out"),
        "a gone stage is named": findings("a stage that is gone", "row"),
        "lost events are named": findings("lossy", "loss"),
        "each budget fails": len({one["subject"].split(":")[0] for one in findings("budgets", "budget") if one["verdict"] == "worse"}) == 5,
        "a budget has its comment": any("comment" in one for one in findings("budgets", "budget")),
        "nothing is said of a base that there is none of": not any("base" in note for note in (said["budgets"] or {"notes": []})["notes"]),
    }
    for what, holds in needs.items():
        if not holds:
            complain(f"not so: {what}")
