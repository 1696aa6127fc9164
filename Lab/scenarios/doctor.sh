# What dmflow doctor says of a machine: before the stack is up, with it, and in states that stand in the way of a capture.
# Needs: dmflow
# Deadline: 900
#
# Out:
#   NAME.txt      dmflow doctor, its exit code in the last line
#   doctor.json   the same of the running stack for programs
#   changed.diff  what the doctor changed in tracefs; empty is right

tracefs=/sys/kernel/tracing

doctor() { step 90 "$1: ask the doctor" examine "$1"; }

# Code 2 is a finding here, no failure.
examine() {
    local status=0
    dmflow doctor >"$1.txt" 2>&1 || status=$?
    echo "exit code $status" >>"$1.txt"
    ((status == 0 || status == 2))
}

doctor before
stack_up
tracefs_snapshot >tracefs.before
doctor running
dmflow doctor --format json >doctor.json
tracefs_snapshot | diff tracefs.before - >changed.diff || true

# All functions would lock an emulated CPU up.
echo dm_put >"$tracefs/set_ftrace_filter"
echo function >"$tracefs/current_tracer"
doctor tracer
echo nop >"$tracefs/current_tracer"
echo >"$tracefs/set_ftrace_filter"
echo >"$tracefs/trace"

sysctl --quiet --write kernel.kptr_restrict=2
doctor addresses
sysctl --quiet --write kernel.kptr_restrict=0

mkdir "$tracefs/instances/somebody"
echo 'p:mine schedule' >"$tracefs/kprobe_events"
echo 1 >"$tracefs/events/sched/sched_switch/enable"
doctor others
echo 0 >"$tracefs/events/sched/sched_switch/enable"
echo >"$tracefs/kprobe_events"
rmdir "$tracefs/instances/somebody"
echo >"$tracefs/trace"

# In the background, where it takes the shell's place: what is killed is dmflow.
capture() { exec dmflow capture -o /tmp/killed.dat --duration 1h; }
capture 2>/dev/null &
until_true grep --quiet function_graph "$tracefs/current_tracer"
doctor capturing
kill -s KILL $!
wait $! || true
doctor killed
dmflow restore

setpriv --reuid 65534 --regid 65534 --clear-groups dmflow doctor >user.txt 2>&1 || echo "exit code $?" >>user.txt

umount "$tracefs"
doctor unmounted
mount -t tracefs tracefs "$tracefs"
