"""What is checked of the files without a viewer: Perfetto's and OpenTelemetry's own classes read them, and speedscope's schema."""

import collections
import json
import pathlib

import jsonschema
from google.protobuf import json_format, unknown_fields
from opentelemetry.proto.trace.v1 import trace_pb2
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TrackEvent

import faults

SCHEMA = json.loads((pathlib.Path(__file__).parent / "speedscope.schema.json").read_text())


# Perfetto


def check_perfetto(capture):
    """All fields are Perfetto's, and on each track slices are begun and ended like brackets."""
    trace = Trace.FromString(capture.file("perfetto").read_bytes())
    unknown = collections.Counter()
    for packet in trace.packet:
        count_unknown(packet, unknown)
    faults.equal(f"{capture.title} as perfetto: unknown fields", dict(unknown), {})
    open_ = collections.defaultdict(list)
    begun = 0
    for packet in trace.packet:
        if not packet.HasField("track_event"):
            continue
        slices = open_[packet.track_event.track_uuid]
        if packet.track_event.type == TrackEvent.TYPE_SLICE_BEGIN:
            begun += 1
            slices.append(packet.timestamp)
        elif packet.track_event.type == TrackEvent.TYPE_SLICE_END and (not slices or slices.pop() > packet.timestamp):
            faults.complain(f"{capture.title} as perfetto: a slice ends that did not begin, or before it began")
    if not begun:
        faults.complain(f"{capture.title} as perfetto: no slices")


def count_unknown(message, unknown):
    for field in unknown_fields.UnknownFieldSet(message):
        unknown[message.DESCRIPTOR.name, field.field_number] += 1
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for one in value if field.is_repeated else [value]:
            count_unknown(one, unknown)


# OpenTelemetry


def spans(capture):
    for line in capture.file("otlp").read_text().splitlines():
        for resource in json.loads(line)["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                yield from scope["spans"]


def check_otlp(capture):
    """OpenTelemetry reads each line, and the spans of a request are its tries, rounds and stages, with its times."""
    title = f"{capture.title} as otlp"
    read = 0
    for line in capture.file("otlp").read_text().splitlines():
        traces = json_format.Parse(line, trace_pb2.TracesData())
        read += sum(len(scope.spans) for resource in traces.resource_spans for scope in resource.scope_spans)
        attributes = {one.key for one in traces.resource_spans[0].resource.attributes}
        if not {"service.name", "dmflow.capture", "dmflow.time"} <= attributes:
            faults.complain(f"{title}: the resource says only {attributes}")
    by_trace = collections.defaultdict(list)
    for span in spans(capture):
        by_trace[span["traceId"]].append(span)
    faults.equal(f"{title}: spans that OpenTelemetry reads", read, sum(map(len, by_trace.values())))
    found, stages = {}, {}
    for trace, own in by_trace.items():
        if len(trace) != 32 or int(trace, 16) == 0 or any(len(span["spanId"]) != 16 or int(span["spanId"], 16) == 0 for span in own):
            faults.complain(f"{title}: an identifier is none")
        by_id = {span["spanId"]: span for span in own}
        faults.equal(f"{title}: identifiers of a request's spans", len(by_id), len(own))
        root = next(span for span in own if "parentSpanId" not in span)
        number = attribute(root, "dmflow.request.id")
        found[number] = (duration(root), root["name"], root.get("status", {}).get("message"))
        stages[number] = []
        for span in own:
            parent = by_id.get(span.get("parentSpanId"))
            if parent and not (begin(parent) <= begin(span) <= end(span) <= end(parent)):
                faults.complain(f"{title}: a span of request {number} is not inside of its parent")
            if attribute(span, "dmflow.layer"):
                one = by_id[parent["parentSpanId"]]
                stages[number].append(
                    (attribute(one, "dmflow.try"), attribute(parent, "dmflow.round"), span["name"], attribute(span, "dmflow.layer"), duration(span)))
    wanted = {number: (request["latencyNs"], request["operation"], request["error"]) for number, request in capture.requests.items()}
    faults.equal(f"{title}: requests", found, wanted)
    faults.equal(f"{title}: stages of requests", stages, capture.stages())


def check_span_ids(captures):
    traces = collections.Counter()
    for capture in captures:
        traces.update({span["traceId"] for span in spans(capture)})
    faults.equal("otlp: identifiers that two captures share", [trace for trace, count in traces.items() if count > 1], [])


def attribute(span, key):
    for one in span["attributes"]:
        if one["key"] == key:
            (kind, value), = one["value"].items()
            return int(value) if kind == "intValue" else value
    return None


def begin(span):
    return int(span["startTimeUnixNano"])


def end(span):
    return int(span["endTimeUnixNano"])


def duration(span):
    return end(span) - begin(span)


# speedscope


def check_speedscope(capture):
    """As its schema says; single calls open and close like brackets; the merged ones add up to the report's self times."""
    title = f"{capture.title} as speedscope"
    data = json.loads(capture.file("speedscope").read_text())
    for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(data):
        faults.complain(f"{title}: {error.json_path}: {error.message}")
    frames = data["shared"]["frames"]
    merged = data["profiles"][data["activeProfileIndex"]]
    faults.equal(f"{title}: the profile that is shown first", merged["type"], "sampled")
    for profile in data["profiles"]:
        if profile["type"] == "evented":
            check_events(title, profile, frames)
    faults.equal(f"{title}: weights", [len(merged["weights"]), sum(merged["weights"])], [len(merged["samples"]), merged["endValue"]])
    if "in doubt" in merged["name"] or any(root["fragment"] for root in capture.report["roots"]):
        return
    found, wanted = collections.Counter(), collections.Counter()
    for sample, weight in zip(merged["samples"], merged["weights"]):
        found[source_name(frames[sample[-1]]["name"])] += weight
    for (function, _, _), (_, _, self_ns) in capture.functions().items():
        wanted[source_name(function)] += self_ns
    faults.equal(f"{title}: self time by function", dict(+found), dict(+wanted))


def source_name(function):
    """Without its module and what the compiler has appended."""
    name = function.split(" [")[0]
    return name[0] + name[1:].split(".")[0]


def check_events(title, profile, frames):
    open_, last = [], profile["startValue"]
    for event in profile["events"]:
        if event["at"] < last or event["frame"] >= len(frames):
            faults.complain(f"{title}: {profile['name']}: times run backwards, or a frame is missing")
        last = event["at"]
        if event["type"] == "O":
            open_.append(event["frame"])
        elif not open_ or open_.pop() != event["frame"]:
            faults.complain(f"{title}: {profile['name']}: closes what is not open")
    faults.equal(f"{title}: {profile['name']}: end", [open_, last], [[], profile["endValue"]])
