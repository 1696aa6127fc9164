# The same reads without a tracer, under dmflow capture and under trace-cmd record, in turns: what recording costs.
# Needs: dmflow
# Deadline: 2400
# Memory: 3072
#
# Events: light is dmflow capture --light, stock is trace-cmd with the kernel's own events of the same requests.
# Trees: graph is dmflow with all that a request calls, below io, submit and complete; dmflow and trace_cmd are the flow io alone, with
# the same functions, buffers and clock: those that dmflow sets. trace-cmd gets them ready-made.
# Out:
#   overhead.txt   a line for each round, ROUND TOOL BUFFER and figures; the first line names them
#   settings.diff  what dmflow sets
#   TOOL.dat       what the first round with each tool recorded

rounds=5
seconds=15
# What takes turns, TOOL:BUFFER, in KiB for each CPU: room for a while, as is dmflow's default, and hardly any.
turns=(untraced:- light:16384 stock:16384 graph:16384 dmflow:16384 trace_cmd:16384 dmflow:512 trace_cmd:512)

group=/tmp/cgroup/recorder
recorded=/tmp/recorded.dat

group_up() {
    mkdir /tmp/cgroup
    mount -t cgroup2 none /tmp/cgroup
    mkdir "$group"
    mkfifo /tmp/end
}

# CPU time of all that was in the group, in milliseconds.
group_cpu() { awk '$1 == "usage_usec" { print int($2 / 1000) }' "$group/cpu.stat"; }

in_group() {
    echo "$BASHPID" >"$group/cgroup.procs"
    exec "$@"
}

# What dmflow sets, found while it captures; the functions by their numbers, which the kernel looks up in no time.
settings() {
    tracefs_snapshot >/tmp/before
    dmflow capture --flow io -o "$recorded" -- bash -euo pipefail -c settings_meanwhile
    diff /tmp/before /tmp/meanwhile >settings.diff || true
    awk 'NR == FNR { wanted[$0]; next } $0 in wanted { print FNR }' /tmp/filter "$tracefs/available_filter_functions" >/tmp/functions
    sed 's/.*\[\(.*\)\].*/\1/' /tmp/clocks >/tmp/clock
}

settings_meanwhile() {
    tracefs_snapshot >/tmp/meanwhile
    cp "$tracefs/set_ftrace_filter" /tmp/filter
    sed 's/ .*//' "$tracefs/set_graph_function" >/tmp/graph
    cp "$tracefs/trace_clock" /tmp/clocks
}

settings_for_trace_cmd() {
    cat /tmp/functions >"$tracefs/set_ftrace_filter"
    cat /tmp/graph >"$tracefs/set_graph_function"
}

# From all but one function first: see graph_stop.
settings_back() {
    graph_stop
    sleep 2
    echo nop >"$tracefs/current_tracer"
    echo >"$tracefs/set_ftrace_filter"
    echo >"$tracefs/set_graph_function"
}

# Each records until somebody writes to /tmp/end.
wait_for_end() { read -r </tmp/end; }
record_with() { in_group dmflow capture "${@:2}" --buffer-size "$1" -o "$recorded" -- bash -c wait_for_end; }
record_dmflow() { record_with "$1" --flow io; }
record_graph() { record_with "$1" --flow io,submit,complete; }
record_light() { record_with "$1" --light; }
# The tracer stays (-k): trace-cmd would remove it from all functions at once, at which an emulated CPU may lock up.
record_trace_cmd() {
    in_group trace-cmd record -k -p function_graph -C "$(</tmp/clock)" -b "$1" -o "$recorded" bash -c wait_for_end
}
record_stock() {
    in_group trace-cmd record -C "$(</tmp/clock)" -b "$1" -o "$recorded" -e block:block_bio_queue -e block:block_rq_issue \
        -e block:block_rq_complete -e scsi:scsi_dispatch_cmd_start -e scsi:scsi_dispatch_cmd_done bash -c wait_for_end
}

# Where the recording is: events alone are recorded in an instance, with a buffer of its own.
place() {
    local instance=("$tracefs"/instances/dmflow-*)
    if [[ -e ${instance[0]} ]]; then echo "${instance[0]}"; else echo "$tracefs"; fi
}

# counted WHAT...: the sum over the CPUs of what the ring buffers count by these names.
counted() {
    cat "$(place)"/per_cpu/cpu*/stats | awk -F ': ' -v names="$(printf '%s|' "$@")" '
        BEGIN { count = split(names, list, "|"); for (i in list) wanted[list[i]] }
        $1 in wanted { sum += $2 }
        END { print sum + 0 }'
}

# Calls that kernel probes did not see, as dmflow says: EVENT COUNT, EVENT COUNT.
missed() { sed -n 's/.* passed its probes over for: //p' /tmp/recorder.log | tr ',' '\n' | awk '{ sum += $2 } END { print sum + 0 }'; }

reads() {
    random_reads "$seconds" --output=/tmp/fio --output-format=terse --terse-version=3
    cut -d ';' -f 8 /tmp/fio
}

figures() { echo "$*" >>overhead.txt; }

round_untraced() { figures "$1" untraced - "$(reads)"; }

# round_traced ROUND TOOL BUFFER: the reads begin when the recorder is at work, and end before its tracer is removed: an emulated
# CPU may lock up if that happens under load.
round_traced() {
    local begin=0 first last iops events lost
    begin=$(group_cpu)
    [[ $2 != trace_cmd ]] || settings_for_trace_cmd
    echo 0 >"$tracefs/tracing_on"
    "record_$2" "$3" >/tmp/recorder.log 2>&1 &
    until_true recording
    sleep 2
    first=$(group_cpu)
    iops=$(reads)
    last=$(group_cpu)
    sleep 2
    events=$(counted entries 'read events')
    lost=$(counted overrun 'commit overrun' 'dropped events')
    echo >/tmp/end
    wait $!
    figures "$1" "$2" "$3" "$iops" "$events" $((lost + $(missed))) $((last - first)) $(($(group_cpu) - begin)) "$(stat -c %s "$recorded")"
    [[ -e $2.dat ]] || cp "$recorded" "$2.dat"
    rm "$recorded"
    [[ $2 != trace_cmd ]] || settings_back
}

stack_up
step 30 "make a group to count CPU time in" group_up
step 60 "find out what dmflow sets" settings
figures round tool buffer iops events lost cpu-reads-ms cpu-ms bytes
for ((round = 1; round <= rounds; round++)); do
    # Each begins a round once, in case the guest gets slower or faster with time.
    for ((turn = 0; turn < ${#turns[@]}; turn++)); do
        IFS=: read -r tool buffer <<<"${turns[(turn + round - 1) % ${#turns[@]}]}"
        if [[ $tool == untraced ]]; then
            step 90 "round $round, untraced" round_untraced "$round"
        else
            step 150 "round $round, $tool, buffers of $buffer KiB" round_traced "$round" "$tool" "$buffer"
        fi
    done
done
