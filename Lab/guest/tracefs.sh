# Tracing by hand, without dmflow.

tracefs=/sys/kernel/tracing

# The functions that fixtures record: the stack's modules, and by name what is built into the kernel. All functions
# would lock an emulated CPU up for minutes.
stack_functions() {
    local module
    for module in dm_mod dm_multipath dm_service_time dm_queue_length dm_round_robin scsi_mod scsi_common sd_mod \
        libiscsi libiscsi_tcp iscsi_tcp scsi_transport_iscsi; do
        echo "*:mod:$module"
    done
    printf '%s\n' 'blk_*' '__blk_*' 'bio_*' 'submit_bio*' 'elv_*' 'dd_*' 'kmem_cache_alloc*' '_raw_spin_*' \
        'mutex_lock*' 'tcp_sendmsg*' queue_work_on schedule
}

# graph_setup ROOT...: function_graph below the roots, ready but not recording.
graph_setup() {
    cd "$tracefs" || return
    # First, or opening set_ftrace_filter below would patch all functions for a moment.
    echo nop >current_tracer
    echo 0 >tracing_on
    echo mono >trace_clock
    echo 8192 >buffer_size_kb
    echo 1024 >saved_cmdlines_size
    stack_functions >set_ftrace_filter
    printf '%s\n' "$@" >set_graph_function
    echo function_graph >current_tracer
}

# graph_record COMMAND...: records while the command runs.
graph_record() {
    echo >"$tracefs/trace"
    echo 1 >"$tracefs/tracing_on"
    "$@"
    echo 0 >"$tracefs/tracing_on"
}

# graph_options 0|1: the columns that the text has only when asked; they may change after recording.
graph_options() {
    local option
    for option in funcgraph-abstime funcgraph-proc; do
        echo "$1" >"$tracefs/options/$option"
    done
}

# graph_save NAME: what the buffer holds, as text with all columns, as text with the default ones, and as trace.dat.
graph_save() {
    # Functions below the graph's roots cost time even while nothing is recorded.
    echo dm_mq_queue_rq >"$tracefs/set_ftrace_filter"
    graph_options 1
    cat "$tracefs/trace" >"$1.txt"
    graph_options 0
    cat "$tracefs/trace" >"$1.default.txt"
    # Last, since it consumes the buffer.
    trace-cmd extract -o "$1.dat" >/dev/null
}

# tracefs_snapshot: every setting, a line each. Leaves out what reading consumes, what changes by itself and what is
# large and constant.
tracefs_snapshot() {
    (
        cd "$tracefs" || return
        find . -maxdepth 1 -type f -perm /444 \
            ! -name 'trace' ! -name 'trace_pipe' ! -name 'snapshot' ! -name 'error_log' ! -name 'README' \
            ! -name 'available_*' ! -name 'saved_cmdlines' ! -name 'saved_tgids' ! -name 'printk_formats' \
            ! -name 'eval_map' ! -name '*_profile' ! -name 'touched_functions' |
            sort | xargs grep -H ''
        grep -H '' options/* per_cpu/*/buffer_size_kb events/enable
        find instances -mindepth 1 -maxdepth 1
    )
}

# tracefs_set_odd: settings that nobody has by default, so that a capture must put each of them back.
tracefs_set_odd() {
    cd "$tracefs" || return
    echo 0 >tracing_on
    echo 7 >max_graph_depth
    echo global >trace_clock
    echo 340 >buffer_size_kb
    echo 333 >saved_cmdlines_size
    echo 0 >options/sleep-time
    echo 1 >options/funcgraph-overrun
    printf '%s\n' dm_get_md dm_put >set_ftrace_filter
    echo schedule_timeout >set_graph_notrace
}

recording() { [[ $(<"$tracefs/tracing_on") == 1 ]]; }
