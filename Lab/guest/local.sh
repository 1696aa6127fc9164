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

# scsi_debug_fails OPTS NTH: it answers each n-th command otherwise, until scsi_debug_works.
scsi_debug_fails() {
    scsi_debug_set every_nth "$2"
    scsi_debug_set opts "$1"
}

scsi_debug_works() {
    scsi_debug_set opts 0
    scsi_debug_set every_nth 0
}

# scsi_debug_timeout SECONDS: how long a command may take.
scsi_debug_timeout() {
    local disk
    for disk in $(disks_of scsi_debug); do echo "$1" >"/sys/block/$disk/device/timeout"; done
}

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
    lio_disk
    mkdir -p "$lio_tpg"
    echo naa.6001405000000002 >"$lio_tpg/nexus"
    mkdir "$lio_tpg/lun/lun_0"
    ln -s "$lio_store" "$lio_tpg/lun/lun_0/store"
    until_true lio_present
    udevadm settle
}

lio_disk() {
    modprobe -a target_core_mod tcm_loop
    mountpoint --quiet /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
    mkdir -p "$lio_store"
    echo rd_pages=16384 >"$lio_store/control"
    echo 1 >"$lio_store/enable"
}

lio_present() { [[ -n $(disks_of RAMDISK) ]]; }

lio_down() {
    rm "$lio_tpg/lun/lun_0/store"
    rmdir "$lio_tpg/lun/lun_0" "$lio_tpg" "${lio_tpg%/*}" "$lio_store" "${lio_store%/*}"
    udevadm settle
}

# Two paths to one disk of LIO, each over a host and a target port group of its own, of which multipathd makes a map: of the groups
# port-1, which is optimized, and port-2, which is not. Their states change by the administrator's hand alone.
lio_ports_up() {
    local port
    lio_disk
    echo 6001405 >"$lio_store/wwn/vpd_unit_serial"
    for port in 1 2; do lio_port_up "$port"; done
    lio_port_state 2 1
    until_true lio_paths_active 2
    udevadm settle
}

lio_port() { echo "$lio/loopback/naa.600140500000001$1/tpgt_1"; }
lio_group() { echo "$lio_store/alua/port-$1"; }

lio_port_up() {
    local tpg group
    tpg=$(lio_port "$1") group=$(lio_group "$1")
    mkdir "$group"
    echo "$1" >"$group/tg_pt_gp_id"
    echo 1 >"$group/alua_access_type"
    mkdir -p "$tpg"
    echo "naa.600140500000002$1" >"$tpg/nexus"
    mkdir "$tpg/lun/lun_0"
    ln -s "$lio_store" "$tpg/lun/lun_0/store"
    echo "port-$1" >"$tpg/lun/lun_0/alua_tg_pt_gp"
}

# lio_port_state PORT 0|1|2|3: optimized, not optimized, standby or unavailable.
lio_port_state() { echo "$2" >"$(lio_group "$1")/alua_access_state"; }

lio_ports_down() {
    local port tpg
    for port in 1 2; do
        tpg=$(lio_port "$port")
        rm "$tpg/lun/lun_0/store"
        rmdir "$tpg/lun/lun_0" "$tpg" "${tpg%/*}" "$(lio_group "$port")"
    done
    rmdir "$lio_store" "${lio_store%/*}"
    udevadm settle
}

# The map that multipathd made of them, such as mpathc.
lio_map() { multipathd show paths raw format "%m %d" | awk -v disk="$(disks_of RAMDISK | head -n 1)" '$2 == disk { print $1 }'; }

lio_paths_active() {
    [[ $(multipathd show paths raw format "%m %t %o %s" 2>/dev/null | grep -c '^mpath[^ ]* active running LIO-ORG') -eq $1 ]]
}
