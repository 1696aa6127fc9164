"""perfetto and chrome in the Perfetto UI: asked in SQL, and held to the report."""

import os
import pathlib

import faults

# Where the two have the arguments of a slice.
PREFIX = {"perfetto": "debug", "chrome": "args"}


def check(ui, capture, form):
    ui.open(capture.name(form))
    asked = Asked(ui, capture, form)
    asked.is_imported_without_errors()
    asked.slices_nest()
    asked.calls_are_those_of_the_report()
    asked.requests_are_those_of_the_list()
    asked.failovers_are_those_of_the_report()
    pictures = os.environ.get("SCREENSHOTS")
    if pictures:
        ui.expand()
        ui.screenshot(pathlib.Path(pictures) / f"{capture.name(form)}.png")


class Asked:
    def __init__(self, ui, capture, form):
        self.ui, self.capture, self.form = ui, capture, form
        self.title = f"{capture.title} as {form}"

    def query(self, sql):
        return self.ui.query(sql.replace("$", PREFIX[self.form] + "."))

    def equal(self, what, found, wanted):
        faults.equal(f"{self.title}: {what}", found, wanted)

    def is_imported_without_errors(self):
        errors = self.query("select name, value from stats where severity in ('error', 'data_loss') and value > 0")
        self.equal("errors on import", errors, [])

    def slices_nest(self):
        """Beside each other or one inside the other, and no track of the file became two."""
        beside = """select count(*) from (select ts, dur, lead(ts) over (partition by track_id, depth order by ts, id) as next
            from slice where dur >= 0) where next < ts + dur"""
        inside = """select count(*) from slice join slice as caller on slice.parent_id = caller.id
            where slice.ts < caller.ts or caller.dur >= 0 and (slice.dur < 0 or slice.ts + slice.dur > caller.ts + caller.dur)"""
        self.equal("slices that overlap", self.query(beside), [[0]])
        self.equal("slices that reach out of their callers", self.query(inside), [[0]])
        slots = "select count(*), count(distinct parent_id || name) from track where name like 'request slot%'"
        tracks, names = self.query(slots)[0]
        self.equal("tracks of requests", tracks, names)

    def calls_are_those_of_the_report(self):
        confidence = "extract_arg(arg_set_id, '$confidence')"
        # Where a call could not be drawn as long as it was, it tells.
        rows = self.query(f"""select name, extract_arg(arg_set_id, '$module'), category, count(*),
            sum(coalesce(extract_arg(arg_set_id, '$durationNs'), dur)), sum(extract_arg(arg_set_id, '$selfNs'))
            from slice where {confidence} = 'complete' group by 1, 2, 3""")
        found = {}
        for name, module, layer, calls, total, self_ns in rows:
            if name.endswith(" (untimed)"):
                name, total = name.removesuffix(" (untimed)"), 0
            before = found.get((name, module, layer), (0, 0, 0))
            found[name, module, layer] = (before[0] + calls, before[1] + total, before[2] + self_ns)
        self.equal("calls by function", found, self.capture.functions())
        layers = {}
        for (_, _, layer), (calls, _, self_ns) in found.items():
            layers[layer] = tuple(map(sum, zip(layers.get(layer, (0, 0)), (calls, self_ns))))
        wanted = {row["layer"]: (row["calls"], row["selfNs"]) for row in self.capture.report["layers"] if row["calls"]}
        self.equal("calls by layer", layers, wanted)

        counts = self.capture.report["counts"]
        doubt = {"open": counts["open"], "orphan": counts["orphans"], "lossy": counts["lossy"]}
        rows = dict(self.query(f"select {confidence}, count(*) from slice where {confidence} != 'complete' group by 1"))
        self.equal("calls in doubt", rows, {kind: count for kind, count in doubt.items() if count})
        named = dict(self.query(f"""select {confidence}, count(*) from slice where {confidence} != 'complete'
            and name like '% (' || {confidence} || ')' group by 1"""))
        self.equal("calls in doubt that say so in their names", named, rows)
        lost = self.query("""select sum(cast(extract_arg(arg_set_id, '$count') as int)), sum(extract_arg(arg_set_id, '$count') = 'not counted')
            from slice where category = 'lost'""")[0]
        self.equal("lost events", [count or 0 for count in lost], [counts["lostEvents"], counts["uncountedLosses"]])

    def requests_are_those_of_the_list(self):
        keys = ("map", "operation", "sector", "bytes", "task", "tid", "untilDataNs", "error", "joinedBy", "ambiguous")
        columns = ", ".join(f"extract_arg(arg_set_id, '${key}')" for key in keys)
        rows = self.query(f"select extract_arg(arg_set_id, '$id'), ts, dur, {columns} from slice where category = 'request'")
        found = {row[0]: (row[1], row[2], *row[3:-1], bool(row[-1])) for row in rows}
        wanted = {
            number: (request["startNs"], request["latencyNs"], *(request[key] for key in keys))
            for number, request in self.capture.requests.items()
        }
        self.equal("requests", found, wanted)
        rows = self.query("""select extract_arg(request.arg_set_id, '$id'), extract_arg(try.arg_set_id, '$try'),
            cast(substr(round.name, 7) as int), stage.name, replace(stage.category, ',stage', ''), stage.dur
            from slice as stage join slice as round on stage.parent_id = round.id join slice as try on round.parent_id = try.id
            join slice as request on try.parent_id = request.id where stage.category like '%,stage' and round.category = 'round'
            and try.category = 'try' and request.category = 'request' order by stage.ts, stage.id""")
        found = {number: [] for number in self.capture.requests}
        for number, *stage in rows:
            found[number].append(tuple(stage))
        self.equal("stages of requests", found, self.capture.stages())
        self.flows_join_requests_with_tasks()

    def flows_join_requests_with_tasks(self):
        # It begins with the request in its slot, or in JSON with a slice inside of that.
        request = """coalesce(extract_arg({0}.arg_set_id, '$request'), extract_arg({0}.arg_set_id, '$id'),
            (select extract_arg(arg_set_id, '$id') from ancestor_slice({0}.id) where category = 'request'))"""
        joined = self.query(f"""select {request.format('target')}, count(*), sum({request.format('source')} = {request.format('target')})
            from flow join slice as source on flow.slice_out = source.id join slice as target on flow.slice_in = target.id group by 1""")
        points = self.query("""select extract_arg(arg_set_id, '$request'), count(*), count(*) from slice where category = 'point' group by 1""")
        self.equal("flows from a request to the tasks that it came by", sorted(joined), sorted(points))
        if self.capture.requests and not points:
            faults.complain(f"{self.title}: no flow")

    def failovers_are_those_of_the_report(self):
        incidents = self.capture.report["failover"] or []
        rows = self.query("select extract_arg(arg_set_id, '$id'), ts, dur from slice where category = 'failover' and depth = 0 order by 1")
        wanted = [[one["id"], one["startNs"], one["endNs"] - one["startNs"]] for one in incidents]
        self.equal("failovers", rows, wanted)
        events = self.query("select count(*) from slice where category like '%,failover'")
        self.equal("what happened in failovers", events, [[sum(len(one["events"]) + len(one["timers"]) for one in incidents)]])
