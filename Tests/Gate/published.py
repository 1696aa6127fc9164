"""The schemas that this repository publishes, and documents that they must not let pass."""

import json
import pathlib
import re

import jsonschema
from faults import complain

DOCUMENTATION = pathlib.Path(__file__).resolve().parents[2] / "Documentation"


def closed(schema):
    """The same with no further keys in any object that it describes."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    if "properties" in parts and parts.get("type") == "object":
        parts["additionalProperties"] = False
    return parts


class Published:
    """A schema of this repository, as it is and closed."""

    def __init__(self, name):
        schema = json.loads((DOCUMENTATION / f"{name}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        self.open, self.strict = jsonschema.Draft202012Validator(schema), jsonschema.Draft202012Validator(closed(schema))
        self.seen = set()

    def check(self, what, document):
        """Whether the document is as the schema says. What is damaged of it is refused; each way of that is told once."""
        errors = [*self.open.iter_errors(document), *self.strict.iter_errors(document)]
        for error in errors:
            complain(f"{what}: {error.json_path}: {error.message[:200]}")
        for where, damage in damages(trimmed(document), ""):
            if (where, damage) not in self.seen and self.strict.is_valid(damage.document):
                complain(f"{what}: the schema lets pass {where}: {damage}")
            self.seen.add((where, damage))
        return self.open.is_valid(document)


# What may be left out, and objects whose keys are names.
OPTIONAL = set("interrupts scope requests topology each in of part method effect low high absolute moreCaptures way comment".split())
OPTIONAL |= set("host boot kernel commandLine clock writer flows startNs startOnClockNs cost callNs recorderCpuNs durationNs".split())
MAPS = {"armed"}


class Damage(str):
    """What was done to a document, which is the same again afterwards."""

    document = None


def trimmed(value):
    """A copy with the first items only, and of objects those that have all keys there are."""
    if isinstance(value, dict):
        return {key: trimmed(part) for key, part in value.items()}
    if isinstance(value, list):
        keys, kept = set(), []
        for item in value:
            new = set(item) - keys if isinstance(item, dict) else {None} - keys
            if new or isinstance(item, dict) and not kept:
                kept.append(trimmed(item))
                keys |= new
        return kept
    return value


def damages(document, where):
    """The document with one fault after the other, and where that is."""

    def damage(what):
        one = Damage(what)
        one.document = document
        return one

    def parts(part, where):
        is_map = where.split(".")[-1] in MAPS
        for key, value in list(part.items()) if isinstance(part, dict) else list(enumerate(part)):
            # Items of a list are all the same.
            inside = f"{where}.{key}" if isinstance(part, dict) else f"{where}[]"
            if isinstance(part, dict) and key not in OPTIONAL and not is_map:
                del part[key]
                yield inside, damage("left out")
            for other in wrong(inside, value):
                part[key] = other
                yield inside, damage(f"with {other}")
            part[key] = value
            if isinstance(value, (dict, list)):
                yield from parts(value, inside)
        if isinstance(part, dict) and not is_map:
            part["surprise"] = 1
            yield where, damage("with an unknown key")
            del part["surprise"]

    yield from parts(document, where)
    for line in document.get("shape", []):
        other = "each" if "in" in line else "in"
        line[other] = 1 if other == "each" else [None]
        yield ".shape[]", damage("with each and in")
        del line[other]


# Times that were estimated, and differences of them.
FRACTIONS = re.compile(r"\.(usualNs|baseNs|headNs|differenceNs)$|\.selves\[\]|\.effect\.")
WORDS = "schema", "verdict", "rule", "kind"


def wrong(where, value):
    """What cannot be in the place of a value."""
    yield 1.5 if isinstance(value, (dict, list)) else {"surprise": 1}
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not FRACTIONS.search(where):
        yield from (-1, 0.5)
    if where.split(".")[-1] in WORDS:
        yield "bad luck"
