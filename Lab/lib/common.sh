# Words to the person at the terminal. Standard output is for results, so all of this goes to standard error.

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit 2
}

need() {
    local tool
    for tool; do
        command -v "$tool" >/dev/null || die "$tool is missing: run Lab/lab setup"
    done
}

# at_exit COMMAND: runs it when the lab ends, however it ends; the last one registered first.
at_exit_commands=
at_exit() { at_exit_commands="$1; $at_exit_commands"; }
trap 'eval "$at_exit_commands"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
