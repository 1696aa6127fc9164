"""Runs dmflow, and keeps what is found wrong."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DMFLOW = pathlib.Path(sys.argv[1]).resolve()
faults = []


def expect(is_so, fault):
    """Keeps a fault unless it is so."""
    if not is_so:
        faults.append(fault)
    return is_so


def equal(what, found, wanted):
    expect(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def run(*arguments, status=0, cwd=None, binary=False):
    """Standard output of dmflow; a fault if it ends with another status."""
    done = subprocess.run([DMFLOW, *map(str, arguments)], capture_output=True, cwd=cwd)
    if not expect(done.returncode == status, f"{' '.join(map(str, arguments))}: status {done.returncode}: {done.stderr.decode()}"):
        raise SystemExit("\n".join(faults))
    return done.stdout if binary else done.stdout.decode()


def columns(table):
    """Names and types of a table's columns, as Documentation/tables.md declares them."""
    page = (ROOT / "Documentation/tables.md").read_text()
    parts = dict(re.findall(r"(?ms)^### (\w+)$(.*?)(?=^### |<!-- tables: end|\Z)", page))
    rows = re.findall(r"(?m)^\| `(\w+)` \| (\w+)(\??)", parts["Every row"] if table is None else parts[table])
    return {name: (kind, optional == "?") for name, kind, optional in rows}


TYPES = {"text": "VARCHAR", "count": "UBIGINT", "number": "BIGINT", "flag": "BOOLEAN"}
IDENTITY = {"capture": ("text", False), "host": ("text", True), "boot": ("text", True), "kernel": ("text", True)}


def duckdb_types(table):
    return {name: TYPES[kind] for name, (kind, _) in {**IDENTITY, **columns(table)}.items()}
