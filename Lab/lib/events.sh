# What is in the captures of a scenario, for its .after: what is wrong makes $failed 1.
# shellcheck shell=bash

failed=0
fail() {
    echo "$*" >&2
    failed=1
}

# events_of_all: of all captures here, CASE, EVENT and COUNT a line, in events.txt; fails where events were lost.
events_of_all() {
    local dat
    for dat in *.dat; do
        events "${dat%.dat}"
        ! grep --quiet 'lost events: .*cpu[0-9]* [1-9]' "${dat%.dat}.stderr" || fail "$dat: events were lost"
    done >events.txt
}

# events CASE: the word of trace-cmd's report that ends in a colon behind the task, the CPU and the time.
events() {
    trace-cmd report "$1.dat" 2>/dev/null | sed -n 's/^.*-[0-9]\+ *\[[0-9]*\] *[0-9.]*: *\([a-z_]*\): .*/\1/p' |
        sort | uniq -c | awk -v name="$1" '{ print name, $2, $1 }'
}

count() { awk -v name="$1" -v event="$2" '$1 == name && $2 == event { count = $3 } END { print count + 0 }' events.txt; }

# missed CASE EVENT: calls that the kernel passed the probe, or any, over for (.); dmflow says EVENT COUNT, EVENT COUNT.
missed() {
    sed -n 's/.* passed its probes over for: //p' "$1.stderr" | tr ',' '\n' |
        awk -v event="$2" '$1 == event || event == "." { count += $2 } END { print count + 0 }'
}

# expect CASE EVENT LEAST [MOST]: those that a probe missed were there, too.
expect() {
    local count
    count=$(($(count "$1" "$2") + $(missed "$1" "$2")))
    ((count >= $3 && count <= ${4:-$count})) || fail "$1: $count of $2, not ${4:+between }$3${4:+ and $4}"
}
