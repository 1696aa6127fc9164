# Twenty million events of reads over both paths, without loss, as text and as trace.dat: material for the benchmarks.
# Out, all from one and the same buffer:
#   soak.txt      the trace file, all columns
#   soak.dat      trace.dat, version 6, uncompressed
#   soak-v7.dat   trace.dat, version 7, compressed
#   soak.stats    what the ring buffers counted, a "CPU: NAME: VALUE" a line
# Deadline: 3600
# Memory: 3072

soak_setup() {
    # Room for most of it on either CPU.
    graph_buffer_kb=600000 graph_setup
}

buffer_stats() { (cd "$tracefs/per_cpu" && grep -H '' cpu*/stats) | sed 's|/stats:|: |'; }
events() { buffer_stats | awk '$2 == "entries:" { sum += $3 } END { print sum }'; }

# Reads until there are enough events. In pieces, so that nobody polls while the trace goes on.
reads_of_events() {
    until (($(events) >= $1)); do random_reads 5; done
}

soak_save() {
    buffer_stats >soak.stats
    graph_stop
    graph_text soak funcgraph-abstime funcgraph-proc
    graph_dat soak-v7
}

nothing_lost() { ! grep -E '(overrun|dropped events): [1-9]' soak.stats; }

stack_up
step 60 "set up the graph of the whole stack" soak_setup
step 900 "record twenty million events" graph_record reads_of_events 20000000
step 2400 "save the text and trace.dat" soak_save
step 5 "check that nothing was lost" nothing_lost
