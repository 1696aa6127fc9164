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

# graph_setup [ROOT...]: function_graph below the roots, or of all functions that fixtures record; ready but not recording.
graph_setup() (
    cd "$tracefs" || return
    # First, or opening set_ftrace_filter below would patch all functions for a moment.
    echo nop >current_tracer
    echo 0 >tracing_on
    echo mono >trace_clock
    echo "${graph_buffer_kb:-8192}" >buffer_size_kb
    echo 1024 >saved_cmdlines_size
    stack_functions >set_ftrace_filter
    printf '%s\n' "$@" >set_graph_function
    echo function_graph >current_tracer
)

# graph_record COMMAND...: records while the command runs.
graph_record() {
    echo >"$tracefs/trace"
    echo 1 >"$tracefs/tracing_on"
    "$@"
    echo 0 >"$tracefs/tracing_on"
}

# graph_stop: functions below the graph's roots cost time even while nothing is recorded.
graph_stop() { echo dm_mq_queue_rq >"$tracefs/set_ftrace_filter"; }

# trace_options OPTION...: sets them; "no" before one clears it.
trace_options() {
    local option
    for option; do echo "$option" >"$tracefs/trace_options"; done
}

# trace_options_back OPTION...: the contrary.
trace_options_back() {
    local option
    for option; do
        case $option in
            no*) trace_options "${option#no}" ;;
            *) trace_options "no$option" ;;
        esac
    done
}

# graph_text NAME [OPTION...]: what the buffer holds as text, with columns that may be chosen after recording.
graph_text() {
    trace_options "${@:2}"
    cat "$tracefs/trace" >"$1.txt"
    trace_options_back "${@:2}"
}

# graph_dat NAME: what the buffer holds as trace.dat. Comes last, since it consumes the buffer.
graph_dat() { trace-cmd extract -o "$1.dat" >/dev/null; }

# graph_save NAME: what the buffer holds, as text with time and task, as text with the default columns, and as trace.dat.
graph_save() {
    graph_stop
    graph_text "$1" funcgraph-abstime funcgraph-proc
    graph_text "$1.default"
    graph_dat "$1"
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
        find instances events -mindepth 1 -maxdepth 1 | sort
    )
}

# What ftrace counts of its own changes with each module.
tracefs_settings() { tracefs_snapshot | grep -v dyn_ftrace_total_info; }

# tracefs_set_odd: settings that nobody has by default, so that a capture must put each of them back.
tracefs_set_odd() {
    cd "$tracefs" || return
    echo 0 >tracing_on
    echo 7 >max_graph_depth
    echo global >trace_clock
    echo 340 >buffer_size_kb
    echo 70 >buffer_percent
    echo 333 >saved_cmdlines_size
    echo 0 >options/sleep-time
    echo 1 >options/funcgraph-overrun
    printf '%s\n' dm_get_md dm_put >set_ftrace_filter
    echo schedule_timeout >set_graph_notrace
}

# recording: whether a capture records. Before and after that it measures what tracing costs, with the system call getppid.
recording() {
    local on=("$tracefs"/instances/dmflow-*/tracing_on)
    [[ -e ${on[0]} ]] || on=("$tracefs/tracing_on")
    roots_are_set && [[ $(<"${on[0]}") == 1 ]] && roots_are_set
} 2>/dev/null
roots_are_set() { ! grep --quiet getppid "$tracefs/set_graph_function"; }
