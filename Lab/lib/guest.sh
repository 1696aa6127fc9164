# One guest: booted, followed, ended.

# setting FILE KEY DEFAULT: what a scenario says about itself in a comment, "# KEY: VALUE".
setting() {
    local value
    value=$(sed -n "s/^# $2: //p" "$1")
    printf '%s\n' "${value:-$3}"
}

# make_share SCENARIO-FILE [DMFLOW]: fills the directory that the guest sees as /lab and names it in $share.
make_share() {
    local scenario=$1 dmflow=$2
    share=$(mktemp -d "${TMPDIR:-/tmp}/dmflow-lab.XXXXXX")
    at_exit "rm -rf '$share'"
    mkdir "$share/bin"
    cp -r "$lab/guest" "$share/"
    cp "$scenario" "$share/scenario"
    [[ -z $dmflow ]] || install -m 755 "$dmflow" "$share/bin/dmflow"
}

# guest IMAGE OUTDIR CHARDEV-OPTIONS: becomes the guest, its serial console on standard input and output.
guest() {
    local image=$1 out=$2 console=$3 accelerator=tcg,thread=multi cpu=max
    if [[ ${DMFLOW_LAB_ACCEL:-tcg} == kvm ]]; then accelerator=kvm cpu=host; fi
    # The death signal covers what no trap can: a lab that is killed outright leaves no guest behind.
    exec setpriv --pdeathsig KILL qemu-system-x86_64 \
        -accel "$accelerator" -cpu "$cpu" -smp 2 -m 1536 -nodefaults -no-reboot -display none -nic none \
        -kernel "$image/vmlinuz" -initrd "$image/initrd" \
        -append "console=ttyS0 root=/dev/vda rw init=/init quiet panic=-1 mitigations=off" \
        -drive "file=$image/root.ext2,format=raw,if=virtio,snapshot=on" \
        -virtfs "local,path=$share,mount_tag=lab,security_model=none,readonly=on" \
        -virtfs "local,path=$out,mount_tag=out,security_model=none" \
        -chardev "stdio,id=console,$console" -serial chardev:console
}

# follow SECONDS: shows the steps that come by on the console until the guest ends. Fails at the deadline.
follow() {
    local deadline=$((SECONDS + $1)) line
    while IFS= read -r -t "$((deadline - SECONDS))" line <&"$console"; do
        line=${line%$'\r'}
        [[ $line != "lab: "* ]] || printf 'lab: [%3ds] %s\n' "$SECONDS" "${line#lab: }" >&2
        ((SECONDS < deadline)) || return 1
    done
    ((SECONDS < deadline))
}

# run SCENARIO OUTDIR [DMFLOW]: exits with the scenario's code.
run() {
    local name=$1 out=$2 dmflow=$3 scenario=$lab/scenarios/$1.sh image limit status
    image=$(image_directory "$kernel")
    limit=$(setting "$scenario" Deadline 150)
    make_share "$scenario" "$dmflow"

    exec {console}< <(guest "$image" "$out" "signal=off,logfile=$out/console.log" </dev/null)
    guest_pid=$!
    at_exit 'kill "$guest_pid" 2>/dev/null || true'
    follow "$limit" || fail "$name was not done after $limit s" "$out"
    [[ -s $out/scenario.exit ]] || fail "the guest ended before $name was done" "$out"
    status=$(<"$out/scenario.exit")
    ((status == 0)) || fail "$name failed (exit $status)" "$out" "$status"
    [[ ! -x $lab/scenarios/$name.after ]] || (cd "$out" && "$lab/scenarios/$name.after")
    say "$name done after $SECONDS s, results in $out"
}

# fail MESSAGE OUTDIR [STATUS]
fail() {
    say "$1; the console's last lines, from $2/console.log:"
    tail -n 20 "$2/console.log" >&2 || true
    exit "${3:-2}"
}
