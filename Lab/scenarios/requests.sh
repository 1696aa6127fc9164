# Requests through multipath, in short captures of what is known: fio's latency of each I/O, delays, failures.
# Needs: dmflow
# Deadline: 1800
#
# Out, for each CASE, of the functions case_CASE below:
#   CASE.dat       the capture; CASE.stderr, what was said
#   CASE.truth     what is known of it, a "NAME VALUE..." a line; times are nanoseconds, of the capture's clock to 10 ms
#   CASE.lat       fio's latency of each I/O, a line: when it ended (ms of the capture's clock), ns, 0 read or 1 write, bytes, offset
#   CASE.json      fio's own summary, with its syncs
#   CASE.trace     with the stock tracepoints of block and scsi alone: what the kernel printed of the same run
#   multipath.txt  the maps and paths
#   changed.diff   what the captures left changed in tracefs; empty is right

# queue_of MAP: the directory of its queue's settings.
queue_of() { echo "/sys/block/$(basename "$(realpath "/dev/mapper/$1")")/queue"; }

# One at a time, and many.
case_qd1() { record qd1 light reads mpatha qd1 --iodepth=1 --number_ios=300; }
case_qd1_detail() { record qd1-detail requests-detail reads mpatha qd1-detail --iodepth=1 --number_ios=200; }
case_qd16() { record qd16 light reads mpatha qd16 --iodepth=16 --number_ios=800; }

# Always the same few blocks, so that device and sector tell nothing.
case_hot() { record hot light reads mpatha hot --size=64k --io_size=64m --iodepth=16 --number_ios=800; }

# The kernel's own text beside them: an instance has a buffer of its own.
case_stock() {
    stock qd16-stock --iodepth=16
    stock hot-stock --size=64k --io_size=64m --iodepth=16
}

stock() {
    local instance=$tracefs/instances/stock
    mkdir "$instance"
    echo mono >"$instance/trace_clock"
    echo 4096 >"$instance/buffer_size_kb"
    tee "$instance"/events/{block,scsi}/enable <<<1 >/dev/null
    record "$1" light reads mpatha "$@" --number_ios=400
    tee "$instance"/events/{block,scsi}/enable <<<0 >/dev/null
    cat "$instance/trace" >"$1.trace"
    rmdir "$instance"
}

# The trees of each request's calls beside its events.
case_graph() { record graph requests,io,submit,complete reads mpatha graph --iodepth=4 --number_ios=40; }

# 64 adjacent blocks in one system call: the block layer merges them at the back; the other way round, at the front.
batches() { fio_on mpatha "$@" --iodepth=64 --iodepth_batch=64 --iodepth_batch_complete_min=64 --number_ios=640; }
case_merges() {
    record merges-back requests-detail batches merges-back --rw=read
    record merges-front requests-detail batches merges-front --rw=read:-8k
}

# I/O four times as large as the map takes.
case_splits() {
    local limit old
    limit=$(queue_of mpatha)/max_sectors_kb
    old=$(<"$limit")
    echo 64 >"$limit"
    truth splits max_sectors_kb 64
    record splits requests-detail reads mpatha splits --bs=256k --iodepth=4 --number_ios=100
    echo "$old" >"$limit"
}

# Every eighth write is followed by a flush.
case_flush() { record flush light fio_on mpatha flush --rw=randrw --fsync=8 --iodepth=4 --number_ios=400; }

# What carries no data, or none of its own. The target has to say that it takes discards.
case_discard() {
    thin_provisioning 1
    quietly record discard light no_data mpatha discard
    thin_provisioning 0
}

# quietly COMMAND...: without udev, which reads a disk whenever somebody has written to it.
quietly() {
    udevadm control --stop-exec-queue
    "$@"
    udevadm control --start-exec-queue
    udevadm settle
}

thin_provisioning() {
    local path
    tgtadm --lld iscsi --op update --mode logicalunit --tid 1 --lun 1 --params "thin_provisioning=$1"
    for path in $(paths_of_mpatha); do echo 1 >"/sys/block/$path/device/rescan"; done
    # A map takes over what its paths can do when its table is loaded.
    dmsetup table mpatha | dmsetup load mpatha
    dmsetup resume mpatha
    until_true paths_active 2
    udevadm settle
}

# no_data MAP CASE
no_data() {
    local i
    for ((i = 0; i < 4; i++)); do
        operation "$2" discard $((i << 20)) 65536 blkdiscard --force --offset $((i << 20)) --length 65536 "/dev/mapper/$1"
        operation "$2" write-zeroes $((i << 20)) 32768 blkdiscard --force --zeroout --offset $((i << 20)) --length 32768 "/dev/mapper/$1"
        operation "$2" flush 0 0 sync "/dev/mapper/$1"
    done
}

# operation CASE WHAT OFFSET BYTES COMMAND...: with its time in the truth.
operation() {
    local begin
    begin=$(now)
    "${@:5}"
    truth "$1" "$2" "$3" "$4" "$begin" "$(now)"
}

# Paths that take two commands each: requests wait, and are dispatched in vain.
case_depth2() {
    local path old
    for path in $(paths_of_mpatha); do
        old=$(<"/sys/block/$path/device/queue_depth")
        echo 2 >"/sys/block/$path/device/queue_depth"
    done
    truth depth2 queue_depth 2
    record depth2 light reads mpatha depth2 --iodepth=16 --number_ios=800
    for path in $(paths_of_mpatha); do echo "$old" >"/sys/block/$path/device/queue_depth"; done
}

# A map that takes bios, no requests.
case_bio() {
    dmsetup create bio --table "$(spare_table "2 queue_mode bio")"
    truth bio queue_mode bio
    record bio light reads bio bio --iodepth=4 --number_ios=200
    dmsetup remove --retry bio
}

# What goes to the second portal is held up on the wire. At so few reads that none waits for another, and the slow path gets some.
slow_ns=50000000
slow_reads() { reads "$1" "$2" --iodepth=4 --rate_iops=150 --number_ios="$3"; }
case_slow_iscsi() {
    portal_apart 127.0.0.2 dst
    portal_link delay $((slow_ns / 1000))us
    truth slow-iscsi slow "$(disk_at 127.0.0.2)" "$slow_ns"
    record slow-iscsi light slow_reads mpatha slow-iscsi 900
    record slow-iscsi-detail requests-detail slow_reads mpatha slow-iscsi-detail 300
    cp slow-iscsi.truth slow-iscsi-detail.truth
    portal_together
}

# The target closes a connection under load.
case_dropped() { record dropped light reads_meanwhile dropped drop_connection; }

# A path goes away under load and comes back.
case_offline() { record offline light reads_meanwhile offline path_goes_and_comes; }

path_goes_and_comes() {
    local path
    path=$(path_of_mpatha)
    truth offline offline "$path" "$(now)"
    echo offline >"/sys/block/$path/device/state"
    until_true paths_active 1
    sleep 0.5
    truth offline running "$path" "$(now)"
    echo running >"/sys/block/$path/device/state"
    until_true paths_active 2
    truth offline active "$path" "$(now)"
}

# reads_meanwhile CASE COMMAND: which gets the case; slow enough that the failure takes the capture's time and not its room.
reads_meanwhile() {
    reads mpatha "$1" --iodepth=4 --rate_iops=150 --time_based --runtime=6 &
    sleep 1
    "$2" "$1"
    wait $!
    until_true paths_active 2
}

# Two local paths that answer after two milliseconds.
local_ns=2000000
local_up() {
    scsi_debug_up ndelay=$local_ns lbpu=1 lbpws=1
    multipath -ll >multipath-local.txt
}

case_local() {
    truth local delay "$local_ns"
    record local light reads mpathb local --iodepth=16 --number_ios=800
}
case_local_discard() { quietly record local-discard light no_data mpathb local-discard; }

# Aborted, which SCSI tries again; busy, before the command was begun.
case_aborted() { failing aborted 0x10 20 400; }
case_busy() { failing busy 0x8000 20 400; }

# Never answered, till the command's time is over.
case_timeout() {
    scsi_debug_timeout 2
    truth timeout timeout 2000000000
    failing timeout 4 60 100
    scsi_debug_timeout 30
}

# scsi_debug answers each n-th command otherwise. failing CASE OPTS NTH READS
failing() {
    truth "$1" delay "$local_ns"
    truth "$1" opts "$2"
    truth "$1" every_nth "$3"
    record "$1" light reads_failing "$@"
}

# A slow path beside one that answers at once. scsi_debug has one delay for all its disks, so the other is LIO's.
case_slow_local() {
    local slow fast
    until_true map_gone mpathb
    lio_up
    slow=$(disks_of scsi_debug | head -n 1)
    fast=$(disks_of RAMDISK)
    scsi_debug_set ndelay $slow_ns
    dmsetup create slow --table "0 $(<"/sys/block/$slow/size") multipath 0 0 1 1 queue-length 0 2 1 \
        $(<"/sys/block/$slow/dev") 1 $(<"/sys/block/$fast/dev") 1"
    truth slow-local slow "$slow" "$slow_ns"
    record slow-local light slow_reads slow slow-local 900
    dmsetup remove --retry slow
    lio_down
}

stack_up
mkdir "$work"
multipath -ll >multipath.txt
modprobe -a sch_prio cls_u32 sch_netem target_core_mod
# As after any first use: the kernel has no way back to a size that it only promised.
echo 1408 >"$tracefs/buffer_size_kb"
tracefs_settings >/tmp/before.txt
for name in qd1 qd1_detail qd16 hot stock graph merges splits flush discard depth2 bio slow_iscsi dropped offline; do
    step 120 "case $name" "case_$name"
done
step 60 "bring up paths without iSCSI" local_up
for name in local local_discard aborted busy timeout slow_local; do
    step 120 "case $name" "case_$name"
done
step 60 "take them away" scsi_debug_down
tracefs_settings | diff /tmp/before.txt - >changed.diff || true
