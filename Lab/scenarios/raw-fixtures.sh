# What the kernel and trace-cmd write for the flows, without dmflow: material for the readers' tests.
# Out, for NAME in create-load and io, all from one and the same buffer:
#   NAME.txt          the trace file, all columns
#   NAME.default.txt  the trace file, default columns
#   NAME.dat          trace.dat, version 6, uncompressed
#   NAME.report.txt   trace-cmd's report of NAME.dat
# Out, where events were lost:
#   io-lossy.dat, io-lossy.report.txt   recorded through buffers too small
#   io-lossy.txt                        trace_pipe, read too slowly
# Deadline: 600

fixture_create() { dmsetup create fixture --table "$(spare_table)"; }

lossy_pipe() {
    echo 64 >"$tracefs/buffer_size_kb"
    trace_options funcgraph-abstime funcgraph-proc
    echo 1 >"$tracefs/tracing_on"
    random_reads 3 &
    for _ in {1..10}; do
        dd bs=64k count=1 status=none
        sleep 0.2
    done <"$tracefs/trace_pipe" >io-lossy.txt
    wait
    echo 0 >"$tracefs/tracing_on"
}

# Reads while trace-cmd's recorders, one process a CPU, are stopped: their buffers run over.
reads_with_stall() {
    local recorders
    mapfile -t recorders < <(pgrep --parent "$PPID" trace-cmd)
    direct_reads 16
    kill -STOP "${recorders[@]}"
    direct_reads 128
    kill -CONT "${recorders[@]}"
    direct_reads 16
}

# The tracer stays (-k): trace-cmd would remove it from all functions at once while they run, and an emulated CPU may lock up.
lossy_record() {
    trace-cmd record -k -p function_graph -C mono -b 64 -o io-lossy.dat bash -c reads_with_stall
    graph_stop
}

stack_up

step 40 "set up the graph of create and load" graph_setup dev_create table_load
step 40 "record create and load" graph_record fixture_create
step 60 "save create and load" graph_save create-load

step 40 "set up the graph of io" graph_setup dm_mq_queue_rq
step 40 "record 64 reads" graph_record direct_reads 64
step 60 "save io" graph_save io

step 40 "set up the graph of io again" graph_setup dm_mq_queue_rq
step 60 "lose events on trace_pipe" lossy_pipe
step 150 "lose events in trace-cmd" lossy_record
