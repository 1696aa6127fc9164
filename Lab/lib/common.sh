# Words to the person at the terminal, and an end without leftovers. Standard output is for results.

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit 2
}

# at_exit COMMAND: runs it when the lab ends, however it ends; the last one registered comes first.
at_exit_commands=
at_exit() { at_exit_commands="$1; $at_exit_commands"; }
# Nothing that fails here, on a terminal that is gone for one, may keep the rest from being done.
trap 'set +e; end_child; eval "$at_exit_commands"' EXIT
trap 'say interrupted; exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# supervise COMMAND...: runs it in a session of its own, so that a signal to the lab takes effect at once and ends all
# of it, and the other way round a signal to its process group leaves the lab alone.
supervise() {
    setsid "$@" <&0 &
    child=$!
    wait_for_child
}

wait_for_child() {
    local status=0
    wait "$child" || status=$?
    child=
    return "$status"
}

child=
end_child() {
    [[ -n $child ]] || return 0
    kill -- "-$child" 2>/dev/null || kill "$child" 2>/dev/null || true
    wait "$child" || true
}
