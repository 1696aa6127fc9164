# Progress and deadlines. The host follows the console and shows the lines that begin with "lab: ".

progress() { printf 'lab: %s\n' "$*" >/dev/console; }

# step SECONDS WHAT COMMAND...: ends the scenario when the command fails or takes longer than that.
step() {
    local limit=$1 what=$2 start=$SECONDS status=0
    shift 2
    progress "$what"
    timeout --kill-after=5 "$limit" bash -euo pipefail -c '"$@"' step "$@" || status=$?
    ((status == 0)) && return
    progress "step '$what' failed after $((SECONDS - start)) s (exit $status)"
    exit 1
}

# until_true COMMAND...: polls; the deadline is the step's.
until_true() {
    until "$@"; do sleep 0.1; done
}
