# The stack under trace: a target in user space, two iSCSI paths to one LUN, multipathd on top. Beside it a spare LUN
# with one path that multipathd leaves alone, for scenarios that make their own map.

multipath_iqn=iqn.2026-01.lab:multipath
spare_iqn=iqn.2026-01.lab:spare

# stack_up [stripped]: see multipathd_up.
stack_up() {
    step 40 "load the modules" modprobe -a sd_mod iscsi_tcp dm_multipath dm_service_time dm_queue_length dm_round_robin
    step 40 "start udev" /lib/systemd/systemd-udevd --daemon
    step 40 "start the target" target_up
    step 40 "start the initiator" initiator_up
    step 60 "log in to both portals" iscsiadm -m node --loginall=all
    step 40 "wait for three disks" until_true disks_present
    step 40 "let udev settle" udevadm settle
    step 60 "start multipathd" multipathd_up "$@"
    step 60 "wait for both paths of mpatha" until_true paths_active 2
    step 40 "let udev settle" udevadm settle
    progress "mpatha is up with two paths, the spare disk is $(spare_disk)"
}

target_up() {
    ip link set lo up
    ip addr add 127.0.0.2/8 dev lo
    tgtd
    until_true tgtadm --op show --mode system >/dev/null 2>&1
    target_new 1 "$multipath_iqn" 128M SHARED
    target_new 2 "$spare_iqn" 16M SPARE
}

# target_new TID IQN SIZE PRODUCT: a target with one LUN on a file in memory.
target_new() {
    local tid=$1 iqn=$2 size=$3 product=$4 file=/run/lun-$1
    truncate --size="$size" "$file"
    tgtadm --lld iscsi --op new --mode target --tid "$tid" --targetname "$iqn"
    tgtadm --lld iscsi --op new --mode logicalunit --tid "$tid" --lun 1 --backing-store "$file"
    tgtadm --lld iscsi --op update --mode logicalunit --tid "$tid" --lun 1 --params "vendor_id=LAB,product_id=$product"
    tgtadm --lld iscsi --op bind --mode target --tid "$tid" --initiator-address ALL
}

initiator_up() {
    mkdir -p /run/lock/iscsi
    iscsid
    # Records made by hand spare two discoveries, and keep the spare target to one path.
    record_new "$multipath_iqn" 127.0.0.1
    record_new "$multipath_iqn" 127.0.0.2
    record_new "$spare_iqn" 127.0.0.1
}

record_new() { iscsiadm --mode node --op new --targetname "$1" --portal "$2:3260,1" >/dev/null; }

disks_present() {
    local disks=(/sys/block/sd*)
    [[ ${#disks[@]} -eq 3 ]]
}

# The spare disk's name, such as sdc: which letter it gets depends on the order of the logins.
spare_disk() {
    local model
    model=$(grep --files-with-matches SPARE /sys/block/sd*/device/model)
    model=${model#/sys/block/}
    printf '%s\n' "${model%%/*}"
}

# multipathd_up [stripped]: the daemon with all its symbols, or from here on without, as Debian ships it.
multipathd_up() {
    [[ ${1:-} != stripped ]] || cp -a --remove-destination /usr/lib/stripped/. /usr
    cat >/etc/multipath.conf <<'EOF'
defaults {
    find_multipaths no
    user_friendly_names yes
    path_selector "queue-length 0"
    path_grouping_policy multibus
    polling_interval 2
}
blacklist {
    devnode "^(loop|ram|vd)"
    device {
        vendor "LAB"
        product "SPARE"
    }
}
EOF
    multipathd
}

# While it looks at its paths it may not answer.
multipathd_down() { until_true multipathd_ends; }

multipathd_ends() {
    multipathd shutdown >/dev/null 2>&1 || true
    multipathd_gone
}

multipathd_gone() { ! pgrep --exact multipathd >/dev/null; }

paths_of_mpatha() { multipathd show paths raw format "%m %d" | awk '$1 == "mpatha" { print $2 }'; }

# A path of mpatha, such as sdb.
path_of_mpatha() { multipathd show paths raw format "%m %d" | awk '$1 == "mpatha" { print $2; exit }'; }

# paths_active N: whether mpatha has N paths in use.
paths_active() {
    [[ $(multipathd show paths raw format "%m %t %o" 2>/dev/null | grep -c '^mpatha active running') -eq $1 ]]
}

# paths_again: the sessions of mpatha end, with its paths and the map, and begin anew.
paths_again() {
    paths_gone_for_good
    iscsiadm --mode node --targetname "$multipath_iqn" --login
    until_true paths_active 2
    udevadm settle
}

paths_gone_for_good() {
    iscsiadm --mode node --targetname "$multipath_iqn" --logout
    until_true paths_active 0
    udevadm settle
}

# spare_table [FEATURES [HANDLER]]: a multipath table with the spare disk as its only path.
spare_table() {
    local disk device sectors
    disk=$(spare_disk)
    device=$(cat "/sys/block/$disk/dev")
    sectors=$(cat "/sys/block/$disk/size")
    echo "0 $sectors multipath ${1:-0} ${2:-0} 1 1 service-time 0 1 1 $device 1"
}

# direct_reads COUNT [MAP]: one after the other, each a request to mpatha, or another map.
direct_reads() { dd if="/dev/mapper/${2:-mpatha}" of=/dev/null bs=4k count="$1" iflag=direct status=none; }

# random_reads SECONDS [FIO-OPTION...]: a queue of reads on mpatha.
random_reads() {
    fio --name=reads --filename=/dev/mapper/mpatha --rw=randread --direct=1 --ioengine=libaio --iodepth=16 \
        --time_based --runtime="$1" "${@:2}" >/dev/null
}
