# dmflow live under real multipath I/O: as text, as JSON and on a terminal (tmux), with a path slow, one offline and a session lost; ended by its time, by q, Ctrl-C, its reader and SIGKILL.
# Needs: dmflow
# Deadline: 1500
#
# Out:
#   text.txt, slow.jsonl, graph.txt, with_command.txt  what it printed: blocks; lines with the path of slow.disk slow by 50 ms; blocks with the
#                       time in functions; blocks for as long as a command runs
#   screen-NAME.txt     the terminal: first of 80 columns and 24 rows, then larger, with a path offline, with a session lost; and behind q
#   NAME.stderr         what it said besides
#   exits.txt           NAME and its exit code a line
#   NAME.diff           tracefs afterwards against before; empty where it is as it was

work=/tmp/captures

# A reader that goes on, gently, whatever becomes of the paths.
reads_begin() {
    fio --name=live --filename=/dev/mapper/mpatha --direct=1 --ioengine=libaio --iodepth=4 --bs=4k --rw=randread \
        --rate_iops=120 --time_based --runtime=600 --eta=never --output="$work/fio.txt" &
    echo $! >"$work/fio.pid"
}
reads_end() { kill "$(<"$work/fio.pid")" && until_true fio_gone; }
fio_gone() { ! kill -0 "$(<"$work/fio.pid")" 2>/dev/null; }

# watched NAME COMMAND...: its exit code, and tracefs afterwards.
watched() {
    local status=0
    "${@:2}" 2>>"$1.stderr" || status=$?
    ended "$1" "$status"
}
ended() {
    echo "$1 $2" >>exits.txt
    tracefs_settings | diff "$work/before" - >"$1.diff" || true
    [[ ! -e /run/dmflow ]] || echo "a journal is left" >>"$1.diff"
}

text() { dmflow live --duration 5s >text.txt; }
slow() {
    disk_at 127.0.0.2 >slow.disk
    portal_apart 127.0.0.2 dst
    portal_link delay 50ms
    dmflow live --format jsonl --duration 8s >slow.jsonl
    portal_together
}
graph() { dmflow live --flow requests,io --duration 6s --interval 2s >graph.txt; }
with_command() { dmflow live -- bash -c 'direct_reads 64; exit 7' >with_command.txt; }
# Who reads wants no more.
reader() { dmflow live --interval 500ms | head -n 1 >reader.txt || ((PIPESTATUS[0] == 141)); }

# killed: there is something to put back, nobody else begins before it is, and then all is as it was.
killed() {
    local status=0
    dmflow live >/dev/null &
    until_true recording_live
    sleep 1
    ! dmflow live --duration 1s || return 1
    kill -s KILL $!
    wait $! || true
    dmflow live --duration 1s || status=$?
    ((status == 2)) || return 1
    dmflow restore >&2
}
# In an instance of its own, since there are no trees of calls; it has tracing on from its making until it is prepared, too, but no events then.
recording_live() { [[ $(cat "$tracefs"/instances/dmflow-*/{tracing_on,events/block/block_rq_complete/enable} 2>/dev/null) == 1$'\n'1 ]]; }

# interrupted: by the signal that Ctrl-C sends, where there is no terminal.
interrupted() {
    env --default-signal=INT dmflow live >interrupted.txt &
    until_true recording_live
    sleep 3
    kill -s INT $!
    wait $!
}

# MARK: In a terminal

terminal() { tmux -L live "$@"; }
on_screen() { terminal capture-pane -p | grep --quiet --extended-regexp "$1"; }
shot() { terminal capture-pane -p >"screen-$1.txt"; }

# screen_begins: the shell's own line is what has to be there again afterwards.
screen_begins() {
    terminal -f /dev/null new-session -d -x 80 -y 24 'env PS1="back: " bash --norc --noprofile'
    terminal set-option -g status off
    terminal resize-window -x 80 -y 24
    until_true on_screen 'back:'
}
types() { terminal send-keys "$@"; }

screen() {
    screen_begins
    types 'dmflow live; echo "exit $?"' Enter
    until_true on_screen 'mpatha sd.*%'
    shot first
    terminal resize-window -x 120 -y 40
    sleep 1
    until_true on_screen 'wire and target'
    shot larger
    terminal resize-window -x 80 -y 24
    path_of_mpatha >offline.disk
    echo offline >"/sys/block/$(<offline.disk)/device/state"
    until_true on_screen 'disk offline'
    until_true on_screen 'path failed'
    shot offline
    echo running >"/sys/block/$(<offline.disk)/device/state"
    until_true paths_active 2
    drop_connection session
    until_true on_screen 'session blocked|session down'
    shot session
    until_true paths_active 2
    types q
    until_true on_screen 'exit [0-9]'
    shot quit
    [[ $(<screen-quit.txt) != *"q or Ctrl-C ends"* ]]
}
# The keys are a shell's again, too.
ctrl_c() {
    terminal send-keys 'clear; dmflow live --interval 500ms; echo "exit $?"' Enter
    until_true on_screen 'q or Ctrl-C ends'
    sleep 2
    types C-c
    until_true on_screen 'exit [0-9]'
    shot interrupted
    types 'exit' Enter
}

stack_up
mkdir "$work"
modprobe -a sch_prio cls_u32 sch_netem
# As after any first use: the kernel has no way back to a size that it only promised.
echo 1408 >"$tracefs/buffer_size_kb"
tracefs_settings >"$work/before"
step 30 "read through mpatha" reads_begin
for name in text slow graph with_command reader interrupted killed screen ctrl_c; do
    step 300 "live: $name" watched "$name" "$name"
done
step 30 "end the reading" reads_end
tracefs_settings | diff "$work/before" - >changed.diff || true
