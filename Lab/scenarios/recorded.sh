# A user's file of flows with a tracepoint and kernel probes: beside the graph, without it, and in a capture that is killed.
# Needs: dmflow
# Deadline: 600
#
# Out:
#   flows.json         the file
#   flows.txt          what dmflow flows says of it
#   both.dat, light.dat     captures of it with the graph of io, and alone; NAME.stderr, what was said
#   killed.doctor, killed.restore    what the doctor and dmflow restore say after SIGKILL
#   NAME.diff          tracefs afterwards against before; empty is right

tracefs=/sys/kernel/tracing

cat >flows.json <<'JSON'
{ "schema": "dmflow.flows/1",
  "flows": [
    { "name": "mine", "summary": "requests as they are issued to the disks, and as dm gets them",
      "tracepoints": [ { "event": "block:block_rq_issue", "filter": "nr_sector > 0" }, { "event": "block:no_such_event" } ],
      "probes": [
        { "name": "queued", "function": "dm_mq_queue_rq", "module": "dm_mod", "fields": [
            { "name": "rq", "from": "arg2", "offsets": [0], "type": "x64" },
            { "name": "sector", "from": "arg2", "offsets": [0, 48], "type": "u64" },
            { "name": "by_member", "from": "arg2", "path": "blk_mq_queue_data.rq->__sector" },
            { "name": "by_name", "path": "bd->rq->__sector" },
            { "name": "no_such_member", "from": "arg2", "path": "blk_mq_queue_data.nothing" } ] },
        { "name": "queued_end", "function": "dm_mq_queue_rq", "module": "dm_mod", "at": "return",
          "fields": [ { "name": "status", "from": "return", "type": "u8" } ] },
        { "name": "done", "function": "scsi_done", "instead": ["scsi_mq_done"] } ] } ] }
JSON

# The events' own settings, too.
snapshot() {
    tracefs_snapshot
    grep -H '' "$tracefs"/events/block/block_rq_issue/{enable,filter}
}

compare() { snapshot | diff before.txt - >"$1.diff" || true; }

# record NAME FLOWS: 32 reads.
record() {
    dmflow capture --flows flows.json --flow "$2" -o "$1.dat" -- bash -c 'direct_reads 32' 2>"$1.stderr"
    compare "$1"
}

killed() {
    dmflow capture --flows flows.json --flow "$1" -o /tmp/killed.dat --duration 1h 2>/dev/null &
    until_true armed
    kill -s KILL $!
    wait $! || true
    dmflow doctor >killed.doctor || true
    dmflow restore >killed.restore 2>&1
    compare "killed-$1"
}
armed() { grep --quiet dmflow "$tracefs/kprobe_events"; }

stack_up
# As after any first use: the kernel has no way back to a size that it only promised.
echo 1408 >"$tracefs/buffer_size_kb"
step 60 "list the flows" dmflow flows --flows flows.json >flows.txt
echo 'nr_sector > 3' >"$tracefs/events/block/block_rq_issue/filter"
snapshot >before.txt
step 120 "record beside the graph" record both io,mine
step 120 "record without the graph" record light mine
step 120 "kill a capture beside the graph" killed io,mine
step 120 "kill a capture without it" killed mine
