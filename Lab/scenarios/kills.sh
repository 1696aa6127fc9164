# Kills captures at ten random moments, from their first change to their end, and puts back what each had changed.
# With --kernel all these are more than a hundred on four kernels; that many in one boot are more than the emulator stands.
# Needs: dmflow
# Boots: 3
# Deadline: 600
#
# Out:
#   kills.txt      a line for each: number, milliseconds after the start, how the capture ended, what dmflow restore said
#   kills.failed   numbers of those after which tracefs, /run or the output directory were not as before; empty is right
#   NUMBER.diff    for each of these, what differs in tracefs

kills=10

stack_up
step 30 "set odd tracing options" tracefs_set_odd
tracefs_snapshot >tracefs.before
: >kills.txt
: >kills.failed
mkdir -p /tmp/kills

# In the background, where it takes the shell's place: what is killed is dmflow.
# It leaves settings, probes and an unfinished file; from Linux 6.11 on an instance, too. capture FLOWS
capture() {
    cd /tmp/kills && exec dmflow capture --flow "$1" --stop-at fail_path --duration 300ms 2>/tmp/kills.stderr
}
flows=create,load,io,requests
# With probes in user space, too: a hundred and more, which take the emulator their time.
with_daemon=daemon,$flows
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# The first seconds only read; and a guest in emulation is as fast as its host has time.
begin=$(milliseconds)
capture "$flows" &
until_true test -e /run/dmflow
first=$(($(milliseconds) - begin))
wait $!
all=$(($(milliseconds) - begin))
echo "a capture takes $all ms, its first change comes after $first ms" >>kills.txt
rm /tmp/kills/trace.dat

for ((number = 1; number <= kills; number++)); do
    progress "kill $number of $kills"
    after=$((first * 9 / 10 + RANDOM % (all * 11 / 10 - first * 9 / 10)))
    wanted=$flows
    ((number % 5 != 0)) || wanted=$with_daemon
    capture "$wanted" &
    sleep "$((after / 1000)).$(printf %03d $((after % 1000)))"
    kill -s KILL $! 2>/dev/null || true
    status=0
    wait $! || status=$?
    said=$(dmflow restore 2>&1) || said="FAILED: $said"
    echo "$number $after ms, exit $status: $said" >>kills.txt
    rm -f /tmp/kills/trace.dat
    tracefs_snapshot | diff tracefs.before - >"$number.diff" && rm "$number.diff"
    if [[ -e $number.diff || -e /run/dmflow || -n $(ls -A /tmp/kills) || $said == FAILED* ]]; then
        echo "$number" >>kills.failed
    fi
done
[[ ! -s kills.failed ]]
