# Paths without iSCSI, in place of Fibre Channel: two hosts of scsi_debug on one store, and a disk of LIO on the same machine.

# scsi_debug_up PARAMETER=VALUE...: two disks, of which multipathd makes mpathb.
scsi_debug_up() {
    modprobe scsi_debug add_host=2 num_tgts=1 max_luns=1 dev_size_mb=64 vpd_use_hostno=0 "$@"
    until_true local_paths_active 2
    udevadm settle
}

scsi_debug_down() {
    until_true map_gone mpathb
    modprobe -r scsi_debug
    udevadm settle
}

# scsi_debug_set NAME VALUE: while it runs.
scsi_debug_set() { echo "$2" >"/sys/bus/pseudo/drivers/scsi_debug/$1"; }

local_paths_active() {
    [[ $(multipathd show paths raw format "%m %t %o" 2>/dev/null | grep -c '^mpathb active running') -eq $1 ]]
}

# map_gone MAP: until the daemon lets go of it.
map_gone() {
    [[ -e /dev/mapper/$1 ]] || return 0
    multipath -f "$1" >/dev/null 2>&1
    [[ ! -e /dev/mapper/$1 ]]
}

# disks_of MODEL: their names.
disks_of() {
    local disk
    for disk in /sys/block/sd*; do
        [[ $(<"$disk/device/model") != "$1"* ]] || echo "${disk##*/}"
    done
}

# A disk in memory, on a host of the module tcm_loop, that answers at once.
lio=/sys/kernel/config/target
lio_tpg=$lio/loopback/naa.6001405000000001/tpgt_1
lio_store=$lio/core/rd_mcp_0/store

lio_up() {
    modprobe -a target_core_mod tcm_loop
    mountpoint --quiet /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
    mkdir -p "$lio_store"
    echo rd_pages=16384 >"$lio_store/control"
    echo 1 >"$lio_store/enable"
    mkdir -p "$lio_tpg"
    echo naa.6001405000000002 >"$lio_tpg/nexus"
    mkdir "$lio_tpg/lun/lun_0"
    ln -s "$lio_store" "$lio_tpg/lun/lun_0/store"
    until_true lio_present
    udevadm settle
}

lio_present() { [[ -n $(disks_of RAMDISK) ]]; }

lio_down() {
    rm "$lio_tpg/lun/lun_0/store"
    rmdir "$lio_tpg/lun/lun_0" "$lio_tpg" "${lio_tpg%/*}" "$lio_store" "${lio_store%/*}"
    udevadm settle
}
