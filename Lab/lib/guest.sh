# One guest: booted, followed, ended.

# setting SCENARIO KEY: what a scenario says about itself in a comment, "# KEY: VALUE".
setting() { sed -n "s/^# $2: //p" "$lab/scenarios/$1.sh"; }

# make_share SCRIPT [DMFLOW]: fills the directory that the guest sees as /lab, and names it in $share.
make_share() {
    local script=$1 dmflow=$2
    share=$(mktemp -d "${TMPDIR:-/tmp}/dmflow-lab.XXXXXX")
    at_exit "rm -rf '$share'"
    mkdir "$share/bin"
    cp -r "$lab/guest" "$share/"
    cp "$script" "$share/scenario"
    [[ -z $dmflow ]] || install -m 755 "$dmflow" "$share/bin/dmflow"
}

# guest_command SUITE OUTDIR CHARDEV-OPTIONS [MEMORY]: sets $guest to what runs the guest, its console on standard input and
# output.
guest_command() {
    local image emulator out=$2 console=$3 memory=${4:-1536} accelerator=tcg,thread=multi cpu=max
    image=$(image_directory "$1")
    emulator=$(emulator_directory)/usr
    if [[ ${DMFLOW_LAB_ACCEL:-tcg} == kvm ]]; then accelerator=kvm cpu=host; fi
    # The death signal covers what no trap can: a lab that is killed outright leaves no guest behind.
    guest=(
        setpriv --pdeathsig KILL env "QEMU_MODULE_DIR=$emulator/lib/x86_64-linux-gnu/qemu"
        "$emulator/lib64/ld-linux-x86-64.so.2" --library-path "$emulator/lib/x86_64-linux-gnu" "$emulator/bin/qemu-system-x86_64"
        -L "$emulator/share/qemu" -L "$emulator/share/seabios"
        -accel "$accelerator" -cpu "$cpu" -smp 2 -m "$memory" -nodefaults -no-reboot -display none -nic none
        -kernel "$image/vmlinuz" -initrd "$image/initrd"
        -append "console=ttyS0 root=/dev/vda rw init=/init loglevel=5 panic=-1 mitigations=off"
        -drive "file=$image/root.ext2,format=raw,if=virtio,snapshot=on"
        -virtfs "local,path=$share,mount_tag=lab,security_model=none,readonly=on"
        -virtfs "local,path=$out,mount_tag=out,security_model=none"
        -chardev "stdio,id=console,signal=off,logfile=$out/console.log,$console" -serial chardev:console
    )
}

# empty_directory DIR: ready for results, so that none of an earlier run can be taken for this one's.
empty_directory() {
    mkdir -p "$1"
    [[ -z $(ls -A "$1") || -e $1/console.log || -e $1/kernels.txt ]] || die "$1 holds files that no lab run made: choose another directory"
    find "$1" -mindepth 1 -delete
}

# run SUITE SCENARIO OUTDIR [DMFLOW]: ends the lab with the scenario's exit code when that is not 0.
run() {
    local suite=$1 scenario=$2 out=$3 dmflow=$4 after=$lab/scenarios/$2.after limit silence status
    limit=$(setting "$scenario" Deadline) silence=$(setting "$scenario" Silence)
    limit=${limit:-300}
    SECONDS=0 # steps are shown with the time since boot
    empty_directory "$out"
    make_share "$lab/scenarios/$scenario.sh" "$dmflow"

    guest_command "$suite" "$out" mux=off "$(setting "$scenario" Memory)"
    exec {console}< <(exec setsid "${guest[@]}" </dev/null)
    child=$!
    follow "$limit" "${silence:-$limit}" || fail 2 "$scenario was not done after $SECONDS s" "$out"
    wait_for_child || true
    [[ -s $out/scenario.exit ]] || fail 2 "the guest ended before $scenario did" "$out"
    status=$(<"$out/scenario.exit")
    ((status == 0)) || fail "$status" "$scenario failed (exit $status)" "$out"
    say "$scenario done after $SECONDS s, results in $out"
    # What needs no guest is done outside it, since everything in it is emulated.
    [[ ! -x $after ]] || (cd "$out" && PATH=$share/bin:$PATH "$after")
}

# follow SECONDS SILENCE: shows the steps that come by on the console until the guest ends. Fails at the deadline, and when no step
# has come for SILENCE seconds: a kernel that hangs writes of nothing else.
follow() {
    local deadline=$((SECONDS + $1)) silence=$2 heard=$SECONDS end line
    while end=$((heard + silence < deadline ? heard + silence : deadline)) &&
        ((SECONDS < end)) && IFS= read -r -t "$((end - SECONDS))" line <&"$console"; do
        line=${line%$'\r'}
        [[ $line == "lab: "* ]] || continue
        printf 'lab: [%3ds] %s\n' "$SECONDS" "${line#lab: }" >&2
        heard=$SECONDS
    done
    ((SECONDS < end))
}

# fail STATUS MESSAGE OUTDIR
fail() {
    say "the console's last lines, from $3/console.log:"
    tail -n 20 "$3/console.log" >&2 || true
    say "$2"
    exit "$1"
}

# shell SUITE OUTDIR [DMFLOW]: the guest's console is the terminal.
shell() {
    local suite=$1 out=$2 dmflow=$3
    [[ -t 0 && -t 1 ]] || die "shell needs a terminal; for a script there is Lab/lab run"
    mkdir -p "$out"
    make_share "$lab/guest/shell.sh" "$dmflow"
    printf 'stty %s; export TERM=%q\n' "$(stty size | awk '{ print "rows", $1, "cols", $2 }')" "$TERM" \
        >"$share/terminal"
    at_exit "stty '$(stty -g)'"
    say "booting; Ctrl-A X ends the guest at any time"
    guest_command "$suite" "$out" mux=on
    supervise "${guest[@]}"
}
