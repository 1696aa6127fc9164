# What the end-to-end test asserts on: dmflow's captures, its ways to end and its refusals, on odd tracefs settings.
# Needs: dmflow
# Deadline: 1000
# Silence: 300
#
# Captures: create-load, io, requests, sigint, sigterm, failing-command, last, stop-at, recorder, disk-fills, forced, daemon, stripped; killed, which is followed by
# dmflow restore; planted-link, as-user, bytes and moved, which is killed and put back where tracefs is mounted by then.
# Besides: hostile-journal, whose standard error has a line "hostile KIND COMMAND CODE" for each that was tried.
# Refusals: full-disk, other-tracer, not-root, no-such-root, not-mounted.
# Out, for each NAME of both:
#   NAME.exit          exit code of dmflow capture
#   NAME.stderr        its standard error
#   NAME.ls            the output directory afterwards, which was empty; the capture's file is trace.dat
#   tracefs-NAME.diff  tracefs afterwards against before; empty when dmflow left it as it was
# Out, where a capture left trace.dat:
#   NAME.dat, NAME.json, NAME.tracecmd.counts   the file, dmflow's report, the events that trace-cmd counts in it
#   NAME.tracecmd.functions   the names of functions in trace-cmd's report
# Out besides: tracefs.before, the settings; not-mounted.mounts, where tracefs is mounted after that refusal: nowhere

# attempt NAME COMMAND...: runs it in an empty directory and collects what it did. Seconds of `patience` end it.
patience=90
attempt() {
    local name=$1 directory=/tmp/$1 status=0
    shift
    progress "$name"
    mkdir -p "$directory"
    chmod 777 "$directory"
    (cd "$directory" && exec timeout --kill-after=5 "$patience" bash -euo pipefail -c '"$@"' "$name" "$@") \
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

# Reads for longer than is kept.
last() {
    dmflow capture --flow io --last 1s --duration 4s &
    until_true recording
    while recording; do
        direct_reads 4
        sleep 0.2
    done
    wait $!
}

# Ends when the path fails, which its first read finds out.
stop_at() {
    dmflow capture --flow failover-calls --stop-at fail_path --stop-after 200ms --duration 60s &
    path_fails
}

# The same by the flight recorder of a busy host.
recorder() {
    dmflow capture --light --last 60s --stop-at fail_path --stop-after 200ms --duration 60s &
    until_true recording_alone
    path_fails
}
# In an instance of its own, which has tracing on from its making until it is prepared, too, but no events then.
recording_alone() { [[ $(cat "$tracefs"/instances/dmflow-*/{tracing_on,events/block/block_rq_complete/enable} 2>/dev/null) == 1$'\n'1 ]]; }

path_is_back() {
    echo running >"/sys/block/$failing/device/state"
    step 30 "wait for both paths again" until_true paths_active 2
}

path_fails() {
    until_true recording
    echo offline >"/sys/block/$failing/device/state"
    while recording; do
        direct_reads 4
        sleep 0.2
    done
    wait $!
}

# A capture that is killed, one that finds what it left, and the way back.
killed() {
    dmflow capture --flow io --stop-at fail_path &
    until_true recording
    direct_reads 16
    kill -s KILL $!
    wait $! || true
    dmflow capture --flow io --duration 1s && return 1
    dmflow restore >&2
    dmflow restore >&2
    [[ ! -e /run/dmflow ]]
}

# Reads until the capture gives up, with pauses: two emulated CPUs are soon busy.
read_while_recording() {
    while recording; do
        direct_reads 8
        sleep 0.5
    done
}

full_disk() {
    mount -t tmpfs -o size=256k full .
    cd "$PWD" || return
    dmflow capture --flow io --duration 1s
}

# Room for the trace's header and a few pages; the rest is taken once tracing is on, and whatever becomes free while the file is
# put together.
disk_fills() {
    local filler
    mount -t tmpfs -o size=32m full .
    cd "$PWD" || return
    keep_full &
    filler=$!
    dmflow capture --flow io -- bash -c read_while_recording || status=$?
    kill "$filler"
    return "${status:-0}"
}
keep_full() {
    until recording; do sleep 0.05; done
    # In one step: a recorder that looks while nothing at all is free would keep nothing.
    fallocate --length $(($(stat --file-system --format='%a * %S' .) - 256 * 1024)) ballast
    while recording; do sleep 0.05; done
    while true; do dd if=/dev/zero of=ballast bs=4k oflag=append conv=notrunc status=none 2>/dev/null || true; done
}

# multipathd gets the paths of a map that it does not have yet.
daemon() { dmflow capture --flow daemon,create,load -- bash -euo pipefail -c paths_again; }

# The daemon as Debian ships it, which shows what its libraries export and no more.
stripped() {
    multipathd_down
    multipathd_up stripped
    until_true paths_active 2
    dmflow capture --flow daemon -- bash -euo pipefail -c paths_again
}

# Somebody has put a link in the place of the output.
planted_link() {
    echo precious >/tmp/precious
    ln -s /tmp/precious trace.dat
    dmflow capture --flow io -- bash -c 'direct_reads 16'
    [[ ! -L trace.dat && $(</tmp/precious) == precious ]]
}

# The command is nobody's in all respects, and cannot even open the journal, whose lock it would hold.
as_user() {
    local status=0
    chmod a+r /dev/mapper/mpatha
    # shellcheck disable=SC2016  # the inner shell's
    dmflow capture --flow io --user nobody --owner nobody --exit-code command -- bash -c '
        direct_reads 16
        [[ $(id -u) == 65534 && $HOME == /nonexistent ]] || exit 1
        ! cat /run/dmflow/capture.journal 2>/dev/null || exit 2
        exit 7' || status=$?
    [[ $status == 7 && $(stat -c "%U %a" trace.dat) == "nobody 600" ]]
}

# Names and arguments that are no UTF-8.
bytes() {
    local name=$'\xff\xc3.dat' argument=$'a\xfe\x80'
    # shellcheck disable=SC2016  # the inner shell's
    dmflow capture --flow io -o "$name" -- bash -c 'direct_reads 16; printf %s "$1" >"$2"' sh "$argument" $'\xf8'
    [[ $(od -An -tx1 $'\xf8') == " 61 fe 80" ]]
    rm $'\xf8'
    mv "$name" trace.dat
}

# Put back where tracefs is mounted by then, and not where it cannot be written to.
moved() {
    dmflow capture --flow io &
    until_true recording
    kill -s KILL $!
    wait $! || true
    mkdir -p /run/moved
    mount -t tracefs nodev /run/moved
    umount "$tracefs"
    mount -o remount,ro /run/moved
    dmflow restore && return 1
    mount -o remount,rw /run/moved
    dmflow restore >&2
    mount -t tracefs tracefs "$tracefs"
    umount /run/moved
    dmflow capture --flow io -- bash -c 'direct_reads 16'
}

# Journals that somebody else may have written: none is followed, waited for or done.
hostile_journal() {
    local kind command status
    for kind in fifo link linked_directory hard_link foreign foreign_directory open writable names instance; do
        rm -rf /run/dmflow /tmp/elsewhere
        echo precious >/tmp/precious
        "hostile_$kind"
        for command in 'restore' 'capture --flow io --duration 1s' 'doctor'; do
            # It looks at much else, and takes long in an emulated guest.
            [[ $command != doctor || $kind == fifo ]] || continue
            status=0
            # shellcheck disable=SC2086  # several words
            timeout 20 dmflow $command >/dev/null || status=$?
            echo "hostile $kind ${command%% *} $status" >&2
        done
        [[ $(</tmp/precious) == precious ]]
    done
    rm -rf /run/dmflow /tmp/elsewhere
    # One that is root's own, and yet names a file that no capture has made.
    journal '{"temporaryFile":{"_0":"/tmp/precious"}}'
    dmflow restore >&2
    [[ $(</tmp/precious) == precious && ! -e /run/dmflow ]]
}
# journal LINE: a sound one of this boot, but for the line.
journal() {
    (
        umask 077
        mkdir -p /run/dmflow
        printf '{"owner":{"_0":{"process":7,"boot":"%s","tracefs":"%s"}}}\n%s\n' \
            "$(</proc/sys/kernel/random/boot_id)" "$tracefs" "$1" >/run/dmflow/capture.journal
    )
}
sound='{"setting":{"_0":{"file":"max_graph_depth","content":"1\n","form":{"value":{}}}}}'
hostile_fifo() { mkdir --mode=700 /run/dmflow && mkfifo --mode=600 /run/dmflow/capture.journal; }
hostile_link() {
    journal "$sound"
    mv /run/dmflow/capture.journal /tmp/elsewhere
    ln -s /tmp/elsewhere /run/dmflow/capture.journal
}
hostile_linked_directory() {
    journal "$sound"
    mv /run/dmflow /tmp/elsewhere
    ln -s /tmp/elsewhere /run/dmflow
}
hostile_hard_link() { journal "$sound" && ln /run/dmflow/capture.journal /run/dmflow/other; }
hostile_foreign() { journal "$sound" && chown nobody /run/dmflow/capture.journal; }
hostile_foreign_directory() { journal "$sound" && chown nobody /run/dmflow; }
hostile_open() { journal "$sound" && chmod 644 /run/dmflow/capture.journal; }
hostile_writable() { journal "$sound" && chmod 770 /run/dmflow; }
hostile_names() {
    journal '{"setting":{"_0":{"file":"../../../tmp/precious","content":"gone","form":{"value":{}}}}}'
}
hostile_instance() { journal '{"instance":{"_0":"../../../../tmp/elsewhere"}}' && mkdir /tmp/elsewhere; }

not_mounted() {
    umount "$tracefs"
    dmflow capture --flow io --duration 1s
}

stack_up
step 30 "set odd tracing options" tracefs_set_odd
tracefs_snapshot >tracefs.before

capture create-load create_map
capture io dmflow capture --flow io -- dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=64 iflag=direct
capture requests dmflow capture --flow io,requests -- dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=64 iflag=direct
capture sigint ended_by INT
capture sigterm ended_by TERM
capture failing-command dmflow capture --flow io -- bash -c 'direct_reads 16; exit 3'
capture full-disk full_disk
capture disk-fills disk_fills
capture last last
failing=$(path_of_mpatha)
capture stop-at stop_at
path_is_back
capture recorder recorder
path_is_back
capture killed killed

# What somebody else has set up, to be found as it was.
echo 1 >"$tracefs/events/sched/sched_process_fork/enable"
echo $$ >"$tracefs/set_ftrace_pid"
echo function >"$tracefs/current_tracer"
tracefs_snapshot >/tmp/forced.before
attempt forced dmflow capture --flow io --force -- dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=16 iflag=direct
compare forced /tmp/forced.before
echo nop >"$tracefs/current_tracer"
echo >"$tracefs/set_ftrace_pid"
echo 0 >"$tracefs/events/sched/sched_process_fork/enable"

capture planted-link planted_link
capture as-user as_user
capture bytes bytes
capture moved moved
patience=240 capture hostile-journal hostile_journal
capture daemon daemon
capture stripped stripped
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
