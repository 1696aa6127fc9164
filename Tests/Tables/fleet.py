"""Captures of several machines in two engines."""

import json
import shutil

import chdb.session
import duckdb

from running import equal, expect, run


class DuckDB:
    name = "duckdb"

    def __init__(self, place):
        self.place = place
        self.database = duckdb.connect(str(place / "fleet.db"))

    def execute(self, path):
        """Answers of the last statement: names of columns, and rows."""
        # It finds the captures from where it runs.
        cursor = self.database.execute(f"SET file_search_path = '{self.place}'").execute((self.place / path).read_text())
        return ([column[0] for column in cursor.description], cursor.fetchall()) if cursor.description else None

    def ask(self, question):
        return [tuple(row) for row in self.database.execute(question).fetchall()]


class ClickHouse:
    name = "clickhouse"

    def __init__(self, place):
        self.place = place
        self.session = chdb.session.Session(str(place / "fleet.clickhouse"))

    def execute(self, path):
        text = "\n".join(line for line in (self.place / path).read_text().splitlines() if not line.startswith("--"))
        for statement in filter(str.strip, text.split(";\n")):
            # The library reads files from where the process runs.
            answer = self.rows(statement.replace("file('captures/", f"file('{self.place}/captures/"))
        return answer

    def rows(self, statement):
        lines = str(self.session.query(statement, "JSONCompactEachRowWithNames")).splitlines()
        rows = [json.loads(line) for line in lines]
        return (rows[0], [tuple(row) for row in rows[1:]]) if rows else None

    def ask(self, question):
        return self.rows(question)[1]


def check(files, reports, at):
    engines = []
    for engine in (DuckDB, ClickHouse):
        place = at / f"fleet-{engine.name}"
        # One capture first; then the others, and all is loaded again, twice.
        run("export", "--for", engine.name, "-o", place, files[0])
        engines.append(engine(place))
        engines[-1].execute("schema.sql")
        engines[-1].execute("load.sql")
        run("export", "--for", engine.name, "-o", place, *files[1:])
        for _ in range(2):
            engines[-1].execute("load.sql")
        check_sums(engines[-1], files, reports)
    check_queries(engines)
    check_refused(files, engines[0].place)


def check_sums(engine, files, reports):
    ask = engine.ask
    equal(f"{engine.name}: captures", int(ask("SELECT count(*) FROM captures")[0][0]), len(files))
    boots = ask("SELECT count(DISTINCT boot), count(DISTINCT kernel) FROM captures")[0]
    expect(all(int(count) >= 2 for count in boots), f"{engine.name}: boots and kernels: {boots}")
    for file, report in zip(files, reports):
        path = f"'{file}'"
        mine = f"(SELECT capture FROM captures WHERE path = {path})"
        name = f"{engine.name}: {file.parent.name}/{file.name}"
        requests = report["requests"] or {"joined": 0, "latency": {"sumNs": 0}, "unjoined": []}
        found = ask(f"SELECT count(*), sum(latencyNs) FROM requests WHERE capture IN {mine}")[0]
        equal(f"{name}: requests", tuple(int(value or 0) for value in found), (requests["joined"], requests["latency"]["sumNs"]))
        stages = ask(f"SELECT sum(ns) FROM stages WHERE capture IN {mine}")[0][0]
        equal(f"{name}: stages", int(stages or 0), requests["latency"]["sumNs"])
        functions = ask(f"SELECT sum(calls), sum(selfNs), sum(totalNs) FROM functions WHERE capture IN {mine}")[0]
        sums = tuple(sum(one[key] for one in report["functions"]) for key in ("calls", "selfNs", "totalNs"))
        equal(f"{name}: functions", tuple(int(value or 0) for value in functions), sums)
        layers = ask(f"SELECT layer, selfNs FROM layers WHERE capture IN {mine} ORDER BY layer")
        equal(f"{name}: layers", [(layer, int(ns)) for layer, ns in layers], sorted((one["layer"], one["selfNs"]) for one in report["layers"]))
        tries = ask(f"SELECT sum(tries), sum(sumNs) FROM paths WHERE capture IN {mine}")[0]
        sums = (sum(path["tries"] for path in report["paths"] or []), sum(path["latency"]["sumNs"] for path in report["paths"] or []))
        equal(f"{name}: paths", tuple(int(value or 0) for value in tries), sums)
        incidents = ask(f"SELECT count(*), sum(stalled) FROM incidents WHERE capture IN {mine}")[0]
        told = report["failover"] or []
        equal(f"{name}: incidents", tuple(int(value or 0) for value in incidents), (len(told), sum(one["stalled"] for one in told)))
        lost = ask(f"SELECT sum(\"count\") FROM losses WHERE what = 'request' AND capture IN {mine}")[0][0]
        equal(f"{name}: requests that are not joined", int(lost or 0), sum(reason["count"] for reason in requests["unjoined"]))


def comparable(rows, numeric):
    """Numbers alike, however an engine writes them."""
    return [tuple(float(value) if place in numeric and value is not None else value for place, value in enumerate(row)) for row in rows]


def check_queries(engines):
    queries = sorted(path.name for path in (engines[0].place / "queries").iterdir())
    equal("queries", len(queries), 10)
    for query in queries:
        (names, first), (others, second) = (engine.execute(f"queries/{query}") or ([], []) for engine in engines)
        equal(f"{query}: columns", others, names)
        numeric = {place for row in first for place, value in enumerate(row) if not isinstance(value, (str, bool, type(None)))}
        expect(first, f"{query}: has no answer")
        equal(f"{query}: answers of both engines", comparable(second, numeric), comparable(first, numeric))


def check_refused(files, place):
    """What is there already, or twice, changes nothing."""
    before = sorted(path.name for path in (place / "captures").iterdir())
    run("export", "--for", "duckdb", "-o", place, files[0])
    other = place.parent / "twice"
    run("export", "--for", "duckdb", "-o", other, files[0], files[0], status=2)
    expect(not any((other / "captures").iterdir()), "the same capture twice: something was written")
    equal("captures after one that was there already", sorted(path.name for path in (place / "captures").iterdir()), before)
    expect(not list(place.glob(".writing-*")), "half a capture was left")
    shutil.rmtree(other)
