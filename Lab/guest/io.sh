# Captures of I/O with what is known of it beside them, and trouble to make meanwhile.

# What is written while something is recorded: a disk of memory, since writing to the host would be in the way.
work=/tmp/captures

# record CASE WITH COMMAND...: a capture of the command, CASE.dat. WITH is light, or the flows.
record() {
    local name=$1 with=(--light)
    [[ $2 == light ]] || with=(--flow "$2")
    trickle &
    dmflow capture "${with[@]}" --exit-code command -o "$work/$name.dat" -- \
        bash -euo pipefail -c 'workload "$@"' workload "${@:3}" 2>"$name.stderr"
    wait $!
    mv "$work/$name.dat" .
    logs "$name"
}

# Reads of the spare disk, which is no path, until the command begins: what dmflow has to prove on kernels without the modules' types,
# it proves at commands on their way.
trickle() {
    local disk
    disk=$(spare_disk)
    until [[ -e $work/begun ]]; do
        if [[ -e /sys/kernel/btf/scsi_mod ]]; then
            sleep 0.1
        else
            dd if="/dev/$disk" of=/dev/null bs=4k count=16 iflag=direct status=none
        fi
    done
    rm "$work/begun"
}
trickle_ended() { [[ ! -e $work/begun ]]; }

workload() {
    touch "$work/begun"
    until_true trickle_ended
    "$@"
}

# fio_on MAP CASE [OPTION...]: direct I/O, with a log of each.
fio_on() {
    fio --name="$2" --filename="/dev/mapper/$1" --direct=1 --ioengine=libaio --bs=4k --norandommap \
        --write_lat_log="$work/$2" --log_offset=1 --per_job_logs=0 --log_alternate_epoch=1 --log_alternate_epoch_clock_id=1 \
        --eta=never --output-format=json --output="$work/$2.json" "${@:3}"
}

reads() { fio_on "$1" "$2" --rw=randread "${@:3}"; }

# logs CASE: of fio, if it was fio, in the order in which I/O ended; each job's is behind the other's.
logs() {
    [[ -e $work/$1_lat.log ]] || return 0
    sort --numeric-sort --stable "$work/$1_lat.log" >"$1.lat"
    rm "$work/$1_lat.log"
    mv "$work/$1.json" .
}

# truth CASE NAME VALUE...: what is known of it, CASE.truth.
truth() { echo "${*:2}" >>"$1.truth"; }

# In nanoseconds of the capture's clock, to 10 ms.
now() { awk '{ printf "%.0f\n", $1 * 1e9 }' /proc/uptime; }

# disk_at PORTAL: which of the disks is reached by it.
disk_at() {
    local address
    for address in /sys/block/sd*/device/../../connection*/iscsi_connection/*/address; do
        [[ $(<"$address") != "$1" ]] || cut -d / -f 4 <<<"$address"
    done
}

# portal_apart PORTAL dst|src...: on the loopback, what goes to a portal, and what comes from it, gets a way of its own, which portal_link
# makes bad.
portal_apart() {
    local direction
    tc qdisc add dev lo root handle 1: prio
    for direction in "${@:2}"; do
        tc filter add dev lo parent 1: protocol ip u32 match ip "$direction" "$1/32" flowid 1:3
    done
}

# portal_link NETEM-OPTION...: such as delay 50ms.
portal_link() { tc qdisc add dev lo parent 1:3 handle 30: netem "$@" limit 10000; }
portal_link_again() { tc qdisc change dev lo parent 1:3 handle 30: netem "$@" limit 10000; }
portal_link_back() { tc qdisc del dev lo parent 1:3; }
portal_together() { tc qdisc del dev lo root; }

# drop_connection CASE: the target closes one of mpatha's; the initiator connects again after two seconds.
drop_connection() {
    local session
    session=$(tgtadm --lld iscsi --op show --mode conn --tid 1 | sed -n 's/^Session: //p' | head -n 1)
    truth "$1" dropped "$(now)"
    tgtadm --lld iscsi --op delete --mode conn --tid 1 --sid "$session" --cid 0
}

# reads_failing CASE OPTS NTH READS: of mpathb, of which scsi_debug answers each n-th command otherwise. With multipathd at a stop: a
# check of it that fails would take the path away.
reads_failing() {
    kill -s STOP "$(pgrep --exact multipathd)"
    scsi_debug_fails "$2" "$3"
    reads mpathb "$1" --iodepth=4 --number_ios="$4"
    scsi_debug_works
    kill -s CONT "$(pgrep --exact multipathd)"
}
