# What the kernel and multipathd tell of the maps, and a capture that stores it: material for the tests of the topology.
# Out, before and, with .failed behind it, after a path of two failed:
#   sysfs.txt                          PATH=CONTENT for each line of a file, PATH -> TARGET for each link
#   table.txt, status.txt              what dmsetup prints of mpatha
#   paths.txt, maps.txt, config.txt    what multipathd answers to dmflow's questions
#   multipath-ll.txt                   what multipath -ll prints
# Out besides: topology.dat, a capture during which that path failed; topology.txt, what dmflow shows of it.
# Needs: dmflow
# Deadline: 300

# What the topology is read from, and where the links among it lead.
sysfs() {
    find /sys/block /sys/dev/block -maxdepth 1 -type l ! -name '*vd*' ! -lname '*virtio*' -printf '%p -> %l\n'
    find /sys/devices/platform/host* -type l -name device -path '*/block/*' -printf '%p -> %l\n'
    find /sys/devices/platform/host*/session*/*session*/ /sys/devices/platform/host*/session*/connection*/iscsi_connection/ \
        /sys/devices/platform/host*/scsi_host /sys/devices/platform/host*/session*/target* -type f \
        \( -name '*_tmo' -o -name targetname -o -name initiatorname -o -name '*address' -o -name '*port' -o -name state \
        -o -name eh_deadline -o -name dev -o -name scheduler -o -name nr_requests -o -name queue_depth \
        -o -name vendor -o -name model -o -name rev -o -name timeout -o -name eh_timeout \) \
        ! -path '*/power/*' ! -path '*/bsg/*' ! -path '*/scsi_generic/*' -print0 | xargs -0 grep -sHZ '' | tr '\0' '='
    find /sys/devices/virtual/block/dm-* -maxdepth 2 -type f \( -name dev -o -name ro -o -path '*/dm/*' \) -print0 |
        xargs -0 grep -sHZ '' | tr '\0' '='
}

# told SUFFIX: what all of them tell.
told() {
    sysfs >"sysfs.txt$1"
    dmsetup table mpatha >"table.txt$1"
    dmsetup status mpatha >"status.txt$1"
    multipathd show paths raw format '%D|%p|%T' >"paths.txt$1"
    multipathd show maps raw format '%w|%Q|%F' >"maps.txt$1"
    multipathd show config local >"config.txt$1"
    multipath -ll >"multipath-ll.txt$1"
}

# Finds it out by reads.
fail_a_path() {
    echo offline >"/sys/block/$(path_of_mpatha)/device/state"
    direct_reads 8
    until_true paths_active 1
}

stack_up
step 60 "ask all before" told ""
step 90 "capture while a path fails" dmflow capture --flow io --output topology.dat -- bash -euc fail_a_path
step 60 "ask all after" told .failed
step 30 "show what was stored" dmflow report --output topology=topology.txt topology.dat
