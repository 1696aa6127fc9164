# Every form in which this kernel and trace-cmd write a graph, each short: material for the readers' tests.
# Out, from one and the same buffer of reads:
#   io.txt            the trace file with task and time
#   io.NAME.txt       the trace file with other columns: all, default, latency, no-context, no-cpu, no-duration
#   io.dat            trace.dat, version 6, uncompressed
#   io-v7.dat         trace.dat, version 7, as trace-cmd wrote it
# Out, each NAME from a buffer of its own, NAME.txt and NAME.dat of the same one:
#   events            block, scsi and iscsi events among the calls, as comments
#   thresh            tracing_thresh: calls of at least 100 us, no entries
#   stacks            kernel stacks at a block event
#   args              arguments, return values, return addresses, whichever this kernel can record
#   whole             no roots: all that was filtered, in all tasks, cut at both ends
# Out besides:
#   pipe.txt, pipe.trace.txt   one buffer as trace_pipe and trace print it
#   dump.txt                   one read, dumped into the kernel's log by sysrq-z
#   instances.dat              calls in the top buffer, block events in an instance's
#   kernel.txt, options.txt    the kernel's release, its trace options as they are at first
# NAME.report.txt is trace-cmd's report of NAME.dat.
# Deadline: 900

# text NAME [OPTION...]: with time and task.
text() { graph_text "$1" funcgraph-abstime funcgraph-proc "${@:2}"; }

# Requests, and the worker that takes them to the wire.
requests_setup() { graph_setup dm_mq_queue_rq iscsi_xmitworker; }

# record NAME READS: with the tracer's settings as they are, as text and trace.dat. Ends the tracer, as trace-cmd does.
record() {
    graph_record direct_reads "$2"
    text "$1"
    graph_dat "$1"
}

kernel_says() {
    uname -r >kernel.txt
    graph_setup dm_mq_queue_rq
    cat "$tracefs/trace_options" >options.txt
}

# trace_pipe ends when it is drained and nothing is recorded.
pipe() {
    graph_record direct_reads 3
    text pipe.trace
    trace_options funcgraph-abstime funcgraph-proc
    cat "$tracefs/trace_pipe" >pipe.txt
    trace_options_back funcgraph-abstime funcgraph-proc
}

dump() {
    graph_record direct_reads 1
    trace_options funcgraph-abstime funcgraph-proc
    dmesg --clear
    echo z >/proc/sysrq-trigger
    dmesg >dump.txt
    trace_options_back funcgraph-abstime funcgraph-proc
}

columns() {
    graph_record direct_reads 8
    text io
    text io.all funcgraph-tail funcgraph-overrun latency-format
    graph_text io.default
    graph_text io.latency latency-format
    graph_text io.no-context nocontext-info
    text io.no-cpu nofuncgraph-cpu
    text io.no-duration nofuncgraph-duration
    graph_dat io
}

with_events() {
    local system systems=()
    for system in block scsi iscsi; do
        [[ ! -d $tracefs/events/$system ]] || systems+=("$tracefs/events/$system/enable")
    done
    requests_setup
    tee "${systems[@]}" <<<1 >/dev/null
    record events 3
    tee "${systems[@]}" <<<0 >/dev/null
}

with_stacks() {
    local event=$tracefs/events/block/block_rq_issue
    requests_setup
    echo 1 >"$event/enable"
    echo stacktrace >"$event/trigger"
    record stacks 3
    echo '!stacktrace' >"$event/trigger"
    echo 0 >"$event/enable"
}

with_args() {
    local option can=()
    requests_setup
    for option in funcgraph-args funcgraph-retval funcgraph-retaddr; do
        [[ ! -e $tracefs/options/$option ]] || can+=("$option")
    done
    ((${#can[@]} > 0)) || return 0
    trace_options "${can[@]}"
    record args 3
}

# tracing_thresh counts from the moment at which the tracer is set.
with_thresh() {
    echo nop >"$tracefs/current_tracer"
    echo 100 >"$tracefs/tracing_thresh"
    requests_setup
    record thresh 3
    echo nop >"$tracefs/current_tracer"
    echo 0 >"$tracefs/tracing_thresh"
}

whole() {
    graph_setup
    record whole 1
}

# The tracer stays (-k): trace-cmd would remove it from all functions at once while they run, and an emulated CPU may lock up.
with_instance() {
    graph_setup dm_mq_queue_rq
    trace-cmd record -k -p function_graph -C mono -o instances.dat -B other -e block bash -c 'direct_reads 8'
    graph_stop
}

stack_up
step 60 "write down what the kernel can do" kernel_says
step 60 "read trace_pipe" pipe
step 60 "dump into the kernel's log" dump
step 90 "choose columns" columns
step 90 "mix events in" with_events
step 90 "mix stacks in" with_stacks
step 90 "record arguments" with_args
step 90 "record all tasks" whole
step 90 "record long calls only" with_thresh
step 120 "record two instances" with_instance
