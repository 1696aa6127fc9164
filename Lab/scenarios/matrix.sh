# Captures every flow that dmflow knows, each with something that makes it happen; --kernel all shows what a kernel lacks.
# Needs: dmflow
# Deadline: 1800
#
# Out:
#   flows.txt, kernel.txt   dmflow flows, and the kernel's release
#   functions.txt           all functions that this kernel can trace
#   FLOW.dat, FLOW.exit, FLOW.stdout, FLOW.stderr   the capture of a flow
#   FLOW.done               is there when what makes the flow happen went to its end
# Out, by matrix.after:
#   FLOW.json               dmflow's report
#   calls.txt               flow, function and calls, a line for each function at which this kernel begins a flow

# Each flow NAME of the catalogue has a function flow_NAME here, which begins and ends with no map but mpatha.

map_up() { dmsetup create "$1" --table "$(spare_table "${@:2}")"; }
map_down() { dmsetup remove --retry "$1"; }
spare_number() { cat "/sys/block/$(spare_disk)/dev"; }

# with_map COMMAND...: while there is a map on the spare disk, named work.
with_map() {
    map_up work
    "$@"
    map_down work
}

flow_create() { with_map true; }
flow_load() { with_map dmsetup load work --table "$(spare_table)"; }
flow_remove() { with_map true; }
flow_suspend() { with_map suspend_and_resume; }
flow_resume() { with_map suspend_and_resume; }
flow_clear() { with_map load_and_clear; }
flow_deps() { with_map dmsetup deps work; }
flow_message() { with_map dmsetup message work 0 "fail_path $(spare_number)"; }
flow_wait() { with_map wait_for_event; }
flow_geometry() { with_map dmsetup setgeometry work 16 8 32 0; }
flow_list() { dmsetup ls; }

suspend_and_resume() {
    dmsetup suspend work
    dmsetup resume work
}

load_and_clear() {
    dmsetup load work --table "$(spare_table)"
    dmsetup clear work
}

wait_for_event() {
    dmsetup wait work &
    sleep 1
    dmsetup message work 0 "fail_path $(spare_number)"
    wait $!
}

flow_rename() {
    map_up before
    dmsetup rename before after
    map_down after
}

flow_status() {
    dmsetup info mpatha
    dmsetup status mpatha
    dmsetup table mpatha
}

flow_version() {
    dmsetup targets
    dmsetup target-version multipath
}

# multipathd waits for events by poll, and arms it again after each.
flow_arm_poll() {
    dmsetup message mpatha 0 "fail_path $(cat "/sys/block/$(path_of_mpatha)/dev")"
    until_true paths_active 2
}

# All that nobody has open.
flow_remove_all() {
    map_up work
    dmsetup remove_all
} </dev/mapper/mpatha

flow_io() {
    direct_reads 16
    map_up bio "2 queue_mode bio"
    direct_reads 16 bio
    map_down bio
}

# With all that a path can suffer.
flow_requests() {
    direct_reads 16
    path_fails_and_comes_back
    path_is_offline_unnoticed
    connection_breaks
    command_times_out
    bios_without_requests
}

bios_without_requests() {
    map_up bio "2 queue_mode bio"
    direct_reads 16 bio
    map_down bio
}

# dm takes requests back from the path.
path_is_offline_unnoticed() {
    local path
    path=$(path_of_mpatha)
    echo offline >"/sys/block/$path/device/state"
    direct_reads 16
    echo running >"/sys/block/$path/device/state"
    until_true paths_active 2
}

# Requests of many bios, bios of many requests, and bios without requests.
flow_requests_detail() {
    direct_reads 16
    sequential_reads
    dd if=/dev/mapper/mpatha of=/dev/null bs=8M count=2 iflag=direct status=none
    bios_without_requests
}

# Small ones, 16 at once, which are merged.
sequential_reads() {
    fio --name=reads --filename=/dev/mapper/mpatha --rw=read --bs=4k --size=4M --direct=1 --ioengine=libaio --iodepth=16 \
        --iodepth_batch_submit=16 --iodepth_batch_complete_min=16 >/dev/null
}

flow_submit() { direct_reads 16; }

# The softirq takes what comes in; in a session that began with this parameter, where a kernel has it, the session's worker.
flow_complete() {
    local in_worker=/sys/module/iscsi_tcp/parameters/recv_from_iscsi_q
    direct_reads 16
    # 7.3 crashes when such a session ends; see matrix.never.
    [[ -e $in_worker && $(uname -r) != 7.* ]] || return 0
    echo 1 >$in_worker
    spare_again
    echo 0 >$in_worker
    with_map direct_reads 16 work
    spare_again
}

flow_uevent() { spare_again; }

flow_daemon() { paths_again; }

flow_failover() { what_fails; }

flow_failover_calls() { what_fails; }

what_fails() {
    path_fails_and_comes_back
    path_group_is_initialised
    connection_breaks
    command_times_out
}

path_fails_and_comes_back() {
    local state
    state=/sys/block/$(path_of_mpatha)/device/state
    echo offline >"$state"
    until_true paths_active 1
    direct_reads 16
    echo running >"$state"
    until_true paths_active 2
}

# By the one hardware handler that takes any disk.
path_group_is_initialised() {
    modprobe scsi_dh_hp_sw
    map_up group 0 "1 hp_sw"
    direct_reads 1 group
    map_down group
}

spare_session() { iscsiadm --mode node --targetname "$spare_iqn" "$@"; }

# spare_again: a new session with the spare disk.
spare_again() {
    spare_session --logout
    spare_session --login
    until_true disks_present
    udevadm settle
}

spare_logged_in() { grep --quiet LOGGED_IN "/sys/block/$(spare_disk)/device/../../iscsi_session/"*/state; }
spare_not_logged_in() { ! spare_logged_in; }

# The target closes a connection; the initiator connects again.
connection_breaks() {
    local session
    session=$(tgtadm --lld iscsi --op show --mode conn --tid 2 | sed -n 's/^Session: //p')
    tgtadm --lld iscsi --op delete --mode conn --tid 2 --sid "$session" --cid 0
    until_true spare_not_logged_in
    until_true spare_logged_in
}

# The target says nothing more, to the tries to repair it neither: the initiator gives the session up, and begins it anew when the
# target is back. Its pings, which would find the silence out before any command does, are off in this session, and its patience
# is two seconds.
command_times_out() {
    local setting target=()
    for setting in timeo.noop_out_{interval,timeout}=0 err_timeo.{abort,lu_reset,tgt_reset}_timeout=2; do
        case $setting in
            timeo*) spare_session --op update --name "node.conn[0].${setting%=*}" --value "${setting#*=}" ;;
            *) spare_session --op update --name "node.session.${setting%=*}" --value "${setting#*=}" ;;
        esac
    done
    spare_again
    echo 2 >"/sys/block/$(spare_disk)/device/timeout"

    mapfile -t target < <(pgrep --exact tgtd) # it has a process for its log, too
    kill -STOP "${target[@]}"
    dd if="/dev/$(spare_disk)" of=/dev/null bs=4k count=1 iflag=direct status=none &
    until_true spare_not_logged_in
    sleep 5
    kill -CONT "${target[@]}"
    wait $!
    until_true spare_logged_in
    until_true paths_active 2
}

# workload NAME: makes the flow happen.
workload() {
    "flow_${1//-/_}"
    udevadm settle
    touch "$1.done"
}

# capture NAME: what fails here is for matrix.after to find, when all were tried.
capture() {
    local status=0
    progress "flow $1"
    timeout --kill-after=5 120 dmflow capture --flow "$1" -o "$1.dat" -- \
        bash -euo pipefail -c '"$@"' workload workload "$1" >"$1.stdout" 2>"$1.stderr" || status=$?
    echo "$status" >"$1.exit"
}

stack_up
uname -r >kernel.txt
cp "$tracefs/available_filter_functions" functions.txt
step 60 "list the flows" dmflow flows >flows.txt
mapfile -t names < <(sed -n 's/^\([^ ]\+\) .*/\1/p' flows.txt)
for name in "${names[@]}"; do
    capture "$name"
done
