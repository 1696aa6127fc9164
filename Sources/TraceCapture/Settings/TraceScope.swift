/// Which functions may be recorded at all: what `set_ftrace_filter` is narrowed to.
///
/// `set_graph_function` says where trees begin, but does not limit what is patched: without a filter, every traceable
/// function of the kernel calls the tracer, on every CPU, for every task. So the filter holds the storage stack and
/// what it waits for, and no more.
struct TraceScope: Equatable, Sendable {
    /// Modules that are taken whole. One that is not loaded yet is traced from the moment that it is (Linux 4.13).
    let modules: [String]
    /// Built-in functions: a name, or the beginning of one followed by `*`.
    let builtinPatterns: [String]

    /// Interrupts, which nest inside whatever they hit.
    private static let interrupts = [
        "handle_irq_event", "do_softirq*", "__do_softirq", "handle_softirqs", "irq_enter*", "irq_exit*",
        "__irq_exit_rcu",
        "sysvec_apic_timer_interrupt", "__sysvec_apic_timer_interrupt", "common_interrupt",
    ]

    /// dm-multipath over iSCSI, from the bio to the socket, with the noise that is asked for.
    static func storageStack(noise: [TraceNoise], interrupts: Bool) -> TraceScope {
        let more = noise.flatMap(\.patterns) + (interrupts ? Self.interrupts : [])
        return TraceScope(modules: stack.modules, builtinPatterns: stack.builtinPatterns + more)
    }

    private static let stack = TraceScope(
        modules: [
            "dm_mod", "dm_multipath",
            "dm_service_time", "dm_queue_length", "dm_round_robin", "dm_historical_service_time", "dm_io_affinity",
            "scsi_mod", "scsi_common", "sd_mod",
            "scsi_dh_alua", "scsi_dh_emc", "scsi_dh_rdac", "scsi_dh_hp_sw",
            "libiscsi", "libiscsi_tcp", "iscsi_tcp", "scsi_transport_iscsi",
            "mq_deadline", "kyber_iosched", "bfq",
        ],
        builtinPatterns: [
            // The stack itself, where a kernel has it built in.
            "dm_*", "multipath_*", "scsi_*", "sd_*", "iscsi_*",
            "dev_create", "dev_suspend", "dev_remove", "dev_status", "table_load", "table_clear", "table_status",
            "target_message", "map_tio_request", "end_clone_request", "end_clone_bio",
            // Block layer and its schedulers.
            "blk_*", "__blk_*", "blkdev_*", "bio_*", "__bio_*", "submit_bio*", "__submit_bio*", "generic_make_request*",
            "elv_*", "__elv_*", "dd_*", "kyber_*", "bfq_*", "sbitmap_*", "__sbitmap_*", "bdev_*", "bd_*",
            "disk_*", "add_disk*", "device_add_disk", "del_gendisk", "set_capacity*", "queue_limits_*",
            // The way to the wire.
            "sock_sendmsg*", "kernel_sendmsg*", "kernel_sendpage*", "sock_no_sendpage*", "inet_sendmsg",
            "inet_sendpage", "tcp_sendmsg*", "tcp_sendpage*", "do_tcp_sendpages", "tcp_push", "tcp_write_xmit",
            "__tcp_push_pending_frames",
            "__tcp_transmit_skb", "tcp_rcv_established", "tcp_v4_rcv", "tcp_v4_do_rcv", "tcp_ack", "tcp_data_ready",
            "tcp_read_sock", "tcp_recvmsg*", "sock_recvmsg", "sock_def_readable",
            "ip_queue_xmit", "__ip_queue_xmit", "ip_output", "ip_finish_output*", "ip_local_deliver*", "ip_rcv",
            "__dev_queue_xmit", "dev_hard_start_xmit", "loopback_xmit", "__netif_receive_skb*", "net_rx_action",
            // Copies from and to user space.
            "copy_from_user*", "_copy_from_user", "_copy_to_user",
            // What a call can wait for.
            "schedule", "schedule_timeout*", "io_schedule*", "wait_for_completion*", "complete", "complete_all",
            "__mutex_lock*", "rwsem_down_*", "synchronize_rcu*", "synchronize_srcu*", "queue_work_on",
            "queue_delayed_work_on", "mod_delayed_work_on", "__queue_work", "flush_work*", "__flush_work*",
            "flush_workqueue", "__flush_workqueue", "wake_up_process", "try_to_wake_up", "__wake_up", "kobject_uevent*",
        ])

    /// As a file tells of it.
    var names: [String] { modules.map { "[\($0)]" } + builtinPatterns }

    /// The lines for `set_ftrace_filter` that make the loading of a module add its functions.
    func pendingLines(loaded: Set<String>) -> [String] {
        modules.filter { !loaded.contains($0) }.map { "*:mod:\($0)" }
    }

    /// The lines for kernels that do not take indices. Slower, as the kernel compares every function with each, and
    /// wider, as it does not tell built-in functions from those of modules.
    func patternLines(loaded: Set<String>) -> [String] {
        modules.filter(loaded.contains).map { "*:mod:\($0)" } + builtinPatterns
    }
}

/// Patterns in a form that decides quickly for names as bytes.
struct PatternTable {
    private var exact: Set<[UInt8]> = []
    /// Prefixes by their first byte; a kernel's list is long, and most names fail on that byte.
    private var prefixes = [[[UInt8]]](repeating: [], count: 256)

    init(_ patterns: [String]) {
        for pattern in patterns {
            let bytes = Array(pattern.utf8)
            guard bytes.last == UInt8(ascii: "*"), let first = bytes.first else {
                exact.insert(bytes)
                continue
            }
            prefixes[Int(first)].append(bytes.dropLast())
        }
    }

    func matches(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first else { return false }
        return prefixes[Int(first)].contains { name.starts(with: $0) } || exact.contains(Array(name))
    }
}
