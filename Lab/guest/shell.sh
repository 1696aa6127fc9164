# An interactive session on the running stack.

stack_up
cat <<EOF

  The stack is up: /dev/mapper/mpatha over two iSCSI paths, and a spare disk, $(spare_disk), that multipathd leaves alone.

    multipath -ll                           the paths
    dmsetup create mine --table "\$(spare_table)"   a map of your own on the spare disk
    direct_reads 64                         reads through mpatha, one by one
    random_reads 10                         a queue of reads, for ten seconds
    $(type -P dmflow || echo "dmflow is not here: start the shell with --dmflow PATH")
    $(type -P trace-cmd)
    $tracefs
    /out                                    kept on the host

  Leave with Ctrl-D; the guest powers off.

EOF
# The console itself cannot control a session, so Ctrl-C needs the line below it.
setsid --ctty --wait bash --rcfile /lab/terminal -i </dev/ttyS0 >/dev/ttyS0 2>&1 || true
