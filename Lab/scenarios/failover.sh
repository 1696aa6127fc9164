# Failovers in short captures of known truth: paths offline, cut off, slow, hung, all gone; resets, timeouts, and nothing wrong.
# Needs: dmflow
# Deadline: 1500
#
# Out, for each CASE, of the functions case_CASE below:
#   CASE.dat         the capture; CASE.stderr, what was said
#   CASE.truth       what is known of it, a "NAME VALUE..." a line; times are nanoseconds, of the capture's clock to 10 ms:
#                      path DISK MAJOR:MINOR PORTAL SESSION   the paths of mpatha; those of other maps have neither portal nor session
#                      timer SESSION|DISK NAME SECONDS        what is in force, as sysfs tells
#                      load MAP IOPS SECONDS                  what fio does
#                      failed DISK TIME                       dm no longer uses it; seen by polling, half a second late or so
#                      reinstated DISK TIME                   dm uses it again; likewise
#                    and what was done, such as "offline DISK TIME", a line of the functions below
#   CASE.lat         fio's latency of each I/O, a line: when it ended (ms of the capture's clock), ns, 0 read or 1 write, bytes, offset
#   CASE.json        fio's own summary
#   CASE.dmesg       the kernel's messages; the first one says what the capture's clock was then
#   CASE.multipathd  the daemon's, with the capture's clock in seconds
#   multipath.txt    the maps and paths
#   changed.diff     what the captures left changed in tracefs; empty is right

# captured CASE MAP IOPS SECONDS COMMAND [ARGUMENT...]: a capture of fio on a map for so long, and of the command 1.5 seconds later, which
# gets the case before its arguments.
captured() {
    facts "$1"
    truth "$1" load "$2" "$3" "$4"
    record "$1" light meanwhile "$@"
}

meanwhile() {
    local fio
    load "$2" "$1" "$3" "$4" &
    fio=$!
    sleep 1.5
    "$5" "$1" "${@:6}"
    wait "$fio"
}

# load MAP NAME IOPS SECONDS: slow enough that a failure takes the capture's time and not its room. I/O that fails does not end it.
# With a rate, fio waits for each I/O before the next, so that it takes four jobs to have four on their way.
load() {
    reads "$1" "$2" --numjobs=4 --thread --group_reporting --iodepth=1 --rate_iops=$(($3 / 4)) --time_based --runtime="$4" \
        --continue_on_error=all
}

facts() {
    local disk session connection
    for disk in $(disks_of scsi_debug) $(disks_of RAMDISK); do
        truth "$1" path "$disk" "$(<"/sys/block/$disk/dev")"
        truth "$1" timer "$disk" timeout "$(<"/sys/block/$disk/device/timeout")"
    done
    for disk in $(paths_of_mpatha); do
        session=$(echo /sys/block/"$disk"/device/../../iscsi_session/session*)
        connection=$(echo /sys/block/"$disk"/device/../../connection*/iscsi_connection/connection*)
        truth "$1" path "$disk" "$(<"/sys/block/$disk/dev")" "$(<"$connection/address")" "${session##*/}"
        truth "$1" timer "$disk" timeout "$(<"/sys/block/$disk/device/timeout")"
        truth "$1" timer "${session##*/}" recv_tmo "$(<"$connection/recv_tmo")"
        truth "$1" timer "${session##*/}" ping_tmo "$(<"$connection/ping_tmo")"
        truth "$1" timer "${session##*/}" recovery_tmo "$(<"$session/recovery_tmo")"
    done
}

# What a path suffers. CASE DISK
goes_offline() { set_state "$1" "$2" offline; }
runs_again() { set_state "$1" "$2" running; }
set_state() {
    truth "$1" "$3" "$2" "$(now)"
    echo "$3" >"/sys/block/$2/device/state"
}
until_failed() { until_dm_says "$1" "$2" F failed; }
until_reinstated() { until_dm_says "$1" "$2" A reinstated; }
until_dm_says() {
    until_true dm_says mpatha "$2" "$3"
    truth "$1" "$4" "$2" "$(now)"
}

# dm_says MAP DISK A|F: multipathd would have to be asked, and may not answer.
dm_says() {
    [[ $(dmsetup status "$1") == *" $(<"/sys/block/$2/dev") $3 "* ]]
}

# multipath_with SETTING...: among the defaults of multipath.conf; without any, as ever.
multipath_with() {
    printf '    %s\n' "$@" >"$work/settings"
    sed "/^defaults {/r $work/settings" "$work/multipath.conf" >/etc/multipath.conf
    until_true multipathd reconfigure
    sleep 1
    until_true multipathd_configured
    until_true paths_active 2
}
multipath_as_ever() { multipath_with ""; }
multipathd_configured() { [[ $(multipathd show daemon) == *" "@(idle|running) ]]; }

queues() { [[ $(dmsetup table mpatha) == *queue_if_no_path* ]]; }

# pings INTERVAL TIMEOUT: in mpatha's sessions, which begin anew for it.
pings() {
    local setting
    for setting in interval="$1" timeout="$2"; do
        iscsiadm --mode node --targetname "$multipath_iqn" --op update \
            --name "node.conn[0].timeo.noop_out_${setting%=*}" --value "${setting#*=}"
    done
    paths_again
}

# A path goes offline for a while.
case_offline() { captured offline mpatha 100 12 path_is_away 6; }
path_is_away() {
    local disk
    disk=$(path_of_mpatha)
    goes_offline "$1" "$disk"
    until_failed "$1" "$disk"
    sleep "$2"
    runs_again "$1" "$disk"
    until_reinstated "$1" "$disk"
}

# The target closes a connection.
case_dropped() { captured dropped mpatha 100 8 connection_is_dropped; }
connection_is_dropped() {
    local session
    drop_connection "$1"
    until_true a_session_is_away
    session=$(sessions_away)
    truth "$1" away "$session" "$(now)"
    until_true no_session_is_away
    truth "$1" logged-in "$session" "$(now)"
}
sessions_away() {
    local session
    for session in /sys/class/iscsi_session/session*; do
        [[ $(<"$session/state") == LOGGED_IN ]] || echo "${session##*/}"
    done
}
a_session_is_away() { [[ -n $(sessions_away) ]]; }
no_session_is_away() { ! a_session_is_away; }

# The network to a portal is cut: the pings find out, and recovery_tmo gives the path up.
case_cut_short() {
    pings 2 2
    cut_off cut-short 100 15 28
    pings 5 5
}
case_cut_long() {
    multipath_with "fast_io_fail_tmo 10"
    cut_off cut-long 48 25 40
    multipath_as_ever
}

# cut_off CASE IOPS SECONDS-CUT SECONDS
cut_off() {
    portal_apart 127.0.0.2 dst src
    captured "$1" mpatha "$2" "$4" cut_and_restore "$3"
    portal_together
}
cut_and_restore() {
    local disk over
    disk=$(disk_at 127.0.0.2)
    truth "$1" cut "$disk" 127.0.0.2 "$(now)"
    portal_link loss 100%
    sleep "$2" &
    over=$!
    until_failed "$1" "$disk"
    wait "$over"
    truth "$1" restored "$disk" 127.0.0.2 "$(now)"
    portal_link_back
    until_reinstated "$1" "$disk"
}

# No path is left: the map waits for one, or gives errors at once.
case_all_queueing() {
    multipath_with "no_path_retry queue"
    until_true queues
    captured all-queueing mpatha 48 18 all_are_away 10
    multipath_as_ever
}
case_all_failing() {
    multipath_with "no_path_retry fail"
    captured all-failing mpatha 48 18 all_are_away 10
    multipath_as_ever
}
all_are_away() {
    local disks disk
    mapfile -t disks < <(paths_of_mpatha)
    for disk in "${disks[@]}"; do goes_offline "$1" "$disk"; done
    for disk in "${disks[@]}"; do until_failed "$1" "$disk"; done
    sleep "$2"
    for disk in "${disks[@]}"; do runs_again "$1" "$disk"; done
    for disk in "${disks[@]}"; do until_reinstated "$1" "$disk"; done
}

case_flapping() { captured flapping mpatha 48 20 path_flaps; }
path_flaps() {
    local i
    for ((i = 0; i < 5; i++)); do path_is_away "$1" 0.5; done
}

# A path that is there when the recording begins no more, and comes back.
case_began() {
    local disk
    disk=$(path_of_mpatha)
    goes_offline began "$disk"
    until_true fails_when_read "$disk"
    truth began failed "$disk" "$(now)"
    captured began mpatha 100 8 comes_back "$disk"
}
fails_when_read() { dm_says mpatha "$1" F || ! direct_reads 4; }
comes_back() {
    runs_again "$1" "$2"
    until_reinstated "$1" "$2"
}

# One path goes, then the other, and the recording ends while requests wait for any.
case_goes_on() {
    local disk fio
    multipath_with "no_path_retry queue"
    until_true queues
    facts goes-on
    truth goes-on load mpatha 48 25
    load mpatha goes-on 48 25 &
    fio=$!
    sleep 1
    record goes-on light paths_go_away goes-on
    for disk in $(paths_of_mpatha); do comes_back goes-on "$disk"; done
    wait "$fio"
    logs goes-on
    multipath_as_ever
}
paths_go_away() {
    local disk
    sleep 1.5
    for disk in $(paths_of_mpatha); do
        goes_offline "$1" "$disk"
        until_failed "$1" "$disk"
        sleep 2
    done
    sleep 1
}

# A portal that is slow, and never fails.
case_slow() {
    portal_apart 127.0.0.2 dst
    captured slow mpatha 100 10 portal_is_slow 300 6
    portal_together
}
portal_is_slow() {
    local disk
    disk=$(disk_at 127.0.0.2)
    truth "$1" slow "$disk" "${2}000000" "$(now)"
    portal_link delay "${2}ms"
    sleep "$3"
    truth "$1" fast "$disk" "$(now)"
    portal_link_again delay 0ms
}

# Nothing is wrong.
case_quiet() { captured quiet mpatha 48 20 true; }

# Without iSCSI: commands that are never answered now and then, and then none for a while, which takes a reset.
case_timeout() {
    scsi_debug_timeout 2
    facts timeout
    truth timeout every_nth 60
    record timeout light reads_failing timeout 4 60 200
    scsi_debug_timeout 30
}
case_reset() {
    scsi_debug_timeout 2
    captured reset mpathb 48 12 no_data 5
    scsi_debug_timeout 30
}
no_data() {
    hangs "$1" $only_data -1
    sleep "$2"
    answers "$1"
}

# scsi_debug's options: it does not answer, or not where data is asked for. multipathd's checks are answered then.
no_answer=0x4 only_data=0x80
# hangs CASE OPTS NTH
hangs() {
    truth "$1" hangs "$2" "$3" "$(now)"
    scsi_debug_fails "$2" "$3"
}
answers() {
    scsi_debug_works
    truth "$1" answers "$(now)"
}

# A checker that waits for the answer of a disk of mpathb, while mpatha's path is back already.
case_hung() {
    multipath_with "force_sync yes" "checker_timeout 8" "uxsock_timeout 60000"
    captured hung mpatha 40 30 checker_hangs
    multipath_as_ever
}
checker_hangs() {
    local disk asking
    disk=$(path_of_mpatha)
    hangs "$1" $no_answer -1
    until_true checker_waits
    truth "$1" checker-waits "$(now)"
    ask "$1" &
    asking=$!
    goes_offline "$1" "$disk"
    until_failed "$1" "$disk"
    sleep 3
    runs_again "$1" "$disk"
    sleep 2
    answers "$1"
    until_reinstated "$1" "$disk"
    wait "$asking"
}
# A thread of the daemon's that waits for a disk, and a moment later still does.
checker_waits() { daemon_in_disk_sleep && sleep 0.3 && daemon_in_disk_sleep; }
daemon_in_disk_sleep() { grep --quiet '^State:.D' /proc/"$(<"$work/multipathd.pid")"/task/*/status; }
ask() {
    truth "$1" asked "$(now)"
    multipathd show paths >/dev/null
    truth "$1" answered "$(now)"
}

# Two troubles of two maps at the same time.
case_two() {
    scsi_debug_timeout 2
    facts two
    truth two load mpatha 60 12
    truth two load mpathb 60 12
    record two light two_troubles two
    logs two-local
    scsi_debug_timeout 30
}
two_troubles() {
    local fio=()
    load mpatha "$1" 60 12 &
    fio+=($!)
    load mpathb "$1-local" 60 12 &
    fio+=($!)
    sleep 1.5
    hangs "$1" $only_data 60
    path_is_away "$1" 3
    answers "$1"
    wait "${fio[@]}"
}

# A port goes into standby, and on its way there it says that it is in transition. The other one has been optimized before.
case_alua() {
    local map disk
    lio_ports_up
    for disk in $(disks_of RAMDISK); do truth alua state "$disk" "$(<"/sys/block/$disk/device/access_state")"; done
    map=$(lio_map)
    multipath -ll "$map" >>multipath.txt
    captured alua "$map" 48 12 ports_change
    until_true map_gone "$map"
    lio_ports_down
}
ports_change() {
    echo 1500 >"$(lio_group 1)/trans_delay_msecs"
    port_becomes "$1" 2 0
    port_becomes "$1" 1 2
    sleep 3
    port_becomes "$1" 1 0
    port_becomes "$1" 2 1
}
# port_becomes CASE PORT STATE: see lio_port_state.
port_becomes() {
    local begin
    begin=$(now)
    lio_port_state "$2" "$3"
    truth "$1" port "$2" "$3" "$begin" "$(now)"
}

# run_case NAME: with the messages of its time. The stack has to be whole again behind it.
run_case() {
    local said
    said=$(wc -l <"$work/multipathd.log")
    dmesg --clear
    echo "lab: $1 begins, the capture's clock is at $(now) ns" >/dev/kmsg
    "case_${1//-/_}"
    until_true whole
    udevadm settle
    dmesg >"$1.dmesg"
    tail -n "+$((said + 1))" "$work/multipathd.log" >"$1.multipathd"
}

whole() { paths_active 2 && { [[ ! -e /dev/mapper/mpathb ]] || local_paths_active 2; }; }

# In the foreground the daemon says what it does, with the time.
multipathd_in_the_foreground() {
    multipathd_down
    setsid multipathd -d -v2 </dev/null >"$work/multipathd.log" 2>&1 &
    echo $! >"$work/multipathd.pid"
    until_true paths_active 2
}

local_up() {
    scsi_debug_up ndelay=2000000
    multipath -ll >>multipath.txt
}

stack_up
mkdir "$work"
cp /etc/multipath.conf "$work"
step 60 "start multipathd in the foreground" multipathd_in_the_foreground
multipath -ll >multipath.txt
modprobe -a sch_prio cls_u32 sch_netem target_core_mod tcm_loop
# As after any first use: the kernel has no way back to a size that it only promised.
echo 1408 >"$tracefs/buffer_size_kb"
tracefs_settings >/tmp/before.txt
for name in offline dropped cut-short cut-long all-queueing all-failing flapping began goes-on slow quiet; do
    step 240 "case $name" run_case "$name"
done
step 60 "bring up paths without iSCSI" local_up
for name in timeout reset hung two; do
    step 240 "case $name" run_case "$name"
done
step 60 "take them away" scsi_debug_down
step 120 "case alua" run_case alua
tracefs_settings | diff /tmp/before.txt - >changed.diff || true
