# What the end-to-end test asserts on: dmflow's captures, its ways to end and its refusals, on odd tracefs settings.
# Needs: dmflow
# Deadline: 400
#
# Captures: create-load, io, sigint, sigterm, failing-command, full-disk; killed, which is followed by dmflow restore.
# Refusals: other-tracer, not-root, no-such-root, not-mounted.
# Out, for each NAME of both:
#   NAME.exit          exit code of dmflow capture
#   NAME.stderr        its standard error
#   NAME.ls            the output directory afterwards, which was empty; the capture's file is trace.dat
#   tracefs-NAME.diff  tracefs afterwards against before; empty when dmflow left it as it was
# Out, where a capture left trace.dat:
#   NAME.dat, NAME.json, NAME.tracecmd.counts   the file, dmflow's report, the events that trace-cmd counts in it
# Out besides: tracefs.before, the settings; not-mounted.mounts, where tracefs is mounted after that refusal: nowhere

# attempt NAME COMMAND...: runs it in an empty directory and collects what it did.
attempt() {
    local name=$1 directory=/tmp/$1 status=0
    shift
    progress "$name"
    mkdir -p "$directory"
    chmod 777 "$directory"
    (cd "$directory" && exec timeout --kill-after=5 90 bash -euo pipefail -c '"$@"' "$name" "$@") \
        2>"$name.stderr" || status=$?
    echo "$status" >"$name.exit"
    ls -A "$directory" >"$name.ls"
    [[ ! -e $directory/trace.dat ]] || cp "$directory/trace.dat" "$name.dat"
}

# compare NAME BEFORE: what differs in tracefs from the snapshot BEFORE.
compare() { tracefs_snapshot | diff "$2" - >"tracefs-$1.diff" || true; }

capture() {
    attempt "$@"
    compare "$1" tracefs.before
}

create_map() { dmflow capture --flow create,load -- dmsetup create e2e --table "$(spare_table)"; }

# ended_by SIGNAL: a capture without an end of its own. A shell's background jobs ignore SIGINT unless told otherwise.
ended_by() {
    env --default-signal=INT dmflow capture --flow io &
    until_true recording
    direct_reads 64
    kill -s "$1" $!
    wait $!
}

# A capture that is killed, one that finds what it left, and the way back.
killed() {
    dmflow capture --flow io &
    until_true recording
    direct_reads 16
    kill -s KILL $!
    wait $! || true
    dmflow capture --flow io --duration 1s && return 1
    dmflow restore >&2
    dmflow restore >&2
    [[ ! -e /run/dmflow ]]
}

# Reads until the capture gives up, with pauses in which it can: emulated CPUs may lock up when a tracer is removed while
# others run in the functions that it patched.
read_while_recording() {
    while recording; do
        direct_reads 8
        sleep 0.5
    done
}

full_disk() {
    mount -t tmpfs -o size=256k full .
    cd "$PWD" || return
    dmflow capture --flow io -- bash -c read_while_recording
}

not_mounted() {
    umount "$tracefs"
    dmflow capture --flow io --duration 1s
}

stack_up
step 30 "set odd tracing options" tracefs_set_odd
tracefs_snapshot >tracefs.before

capture create-load create_map
capture io dmflow capture --flow io -- dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=64 iflag=direct
capture sigint ended_by INT
capture sigterm ended_by TERM
capture failing-command dmflow capture --flow io -- bash -c 'direct_reads 16; exit 3'
capture full-disk full_disk
capture killed killed

capture not-root setpriv --reuid=65534 --regid=65534 --clear-groups dmflow capture --flow io --duration 1s
capture no-such-root dmflow capture --root no_such_function --duration 1s

attempt not-mounted not_mounted
grep tracefs /proc/mounts >not-mounted.mounts || true
mountpoint --quiet "$tracefs" || mount -t tracefs tracefs "$tracefs"
compare not-mounted tracefs.before

echo function >"$tracefs/current_tracer"
tracefs_snapshot >/tmp/other-tracer.before
attempt other-tracer dmflow capture --flow io --duration 1s
compare other-tracer /tmp/other-tracer.before
