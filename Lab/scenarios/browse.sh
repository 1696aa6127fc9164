# dmflow browse on a terminal (tmux) with a capture that was just made, and dmflow tree drawing trace_pipe while the kernel still writes to it.
# Needs: dmflow
# Deadline: 900
#
# Out:
#   io.dat                the capture; io.merged.txt and io.slowest.txt what dmflow tree makes of it
#   screen-NAME.txt       the terminal: at first, with the slowest tree, searched, behind q
#   NAME.early.txt, NAME.txt  what was drawn of trace_pipe before it was closed, and in all: as the kernel prints it (default), and with its
#                         column of tasks (tasks)
#   exits.txt             NAME and the exit code of dmflow tree a line
#   changed.diff          tracefs afterwards against before; empty where it is as it was

work=/tmp/captures

# MARK: A terminal

terminal() { tmux -L browse "$@"; }
on_screen() { terminal capture-pane -p | grep --extended-regexp "$1" >/dev/null; }
shot() { terminal capture-pane -p >"screen-$1.txt"; }
types() { terminal send-keys "$@"; }

captured() {
    dmflow capture --flow io,requests -o io.dat -- dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=24 iflag=direct status=none
    dmflow tree --merged io.dat >io.merged.txt
    dmflow tree --pick slowest --root dm_mq_queue_rq io.dat >io.slowest.txt
}

browsed() {
    terminal -f /dev/null new-session -d -x 100 -y 30 'bash --norc --noprofile'
    types 'dmflow browse io.dat; echo "exit $?"' Enter
    until_true on_screen '\? help'
    shot first
    types s
    until_true on_screen 'slowest of'
    shot slowest
    types t / scsi_queue_rq Enter
    until_true on_screen '> .*scsi_queue_rq'
    shot searched
    types q
    until_true on_screen 'exit 0'
    shot quit
}

# MARK: trace_pipe

# drawn NAME [OPTION]: trees of some reads, which have to be there while the pipe is still open. The tracer's options are only there while it is.
drawn() {
    local status=0 cat
    # All functions would lock an emulated CPU up for minutes.
    stack_functions >"$tracefs/set_ftrace_filter"
    echo dm_mq_queue_rq >"$tracefs/set_graph_function"
    echo function_graph >"$tracefs/current_tracer"
    trace_options "${@:2}"
    mkfifo "$work/$1"
    dmflow tree --depth 2 - <"$work/$1" >"$1.txt" 2>"$1.stderr" &
    local tree=$!
    cat "$tracefs/trace_pipe" >"$work/$1" &
    cat=$!
    direct_reads 4
    until_true drawn_some "$1.txt"
    cp "$1.txt" "$1.early.txt"
    kill -0 "$cat"
    # The tracer cannot be changed while somebody has the pipe.
    kill "$cat"
    wait "$cat" || true
    wait "$tree" || status=$?
    trace_options_back "${@:2}"
    echo nop >"$tracefs/current_tracer"
    echo "$1 $status" >>exits.txt
    echo >"$tracefs/set_graph_function"
    echo >"$tracefs/set_ftrace_filter"
}
drawn_some() { grep 'dm_mq_queue_rq' "$1" >/dev/null; }

stack_up
mkdir "$work"
step 240 "capture reads" captured
step 240 "look around in it" browsed
tracefs_settings >"$work/before"
step 180 "draw trace_pipe" drawn default
step 180 "draw trace_pipe with the tasks" drawn tasks funcgraph-proc
tracefs_settings | diff "$work/before" - >changed.diff || true
