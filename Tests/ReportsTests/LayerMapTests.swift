import GraphParser
import TestSupport
import Testing

@testable import Reports

@Suite struct LayerMapTests {
    @Test(arguments: [
        ("dm_mq_queue_rq", "dm_mod", "dm"), ("multipath_clone_and_map", "dm_multipath", "dm"),
        ("st_select_path", "dm_service_time", "dm"), ("scsi_queue_rq", "scsi_mod", "scsi"),
        ("sd_init_command", "sd_mod", "scsi"), ("alua_prep_fn", "scsi_dh_alua", "scsi"),
        ("iscsi_queuecommand", "libiscsi", "libiscsi"), ("iscsi_sw_tcp_pdu_xmit", "iscsi_tcp", "libiscsi"),
        ("iscsi_session_chkready", "scsi_transport_iscsi", "libiscsi"), ("dd_insert_requests", "mq_deadline", "block"),
        ("frobnicate", "foreign_module", "other"),
    ])
    func modulesDecide(name: String, module: String, layer: String) {
        #expect(layerName(LayerMap.builtin, name, module) == layer)
    }

    @Test(arguments: [
        ("scsi_request_fn", "scsi"), ("scsi_queue_rq", "scsi"), ("iscsi_queuecommand", "libiscsi"),
        ("multipath_map.isra.0", "dm"), ("dm_request_fn", "dm"), ("blk_mq_dispatch_rq_list", "block"),
        ("__blk_mq_issue_directly", "block"), ("submit_bio_noacct", "block"), ("tcp_sendmsg_locked", "net"),
        ("sock_sendmsg", "net"), ("kmem_cache_alloc", "mm"), ("mempool_alloc_slab", "mm"), ("_raw_spin_lock", "lock"),
        ("mutex_lock", "lock"), ("schedule", "sched"), ("io_schedule", "sched"), ("queue_work_on", "work"),
        ("__do_softirq", "irq"), ("ktime_get", "time"), ("kobject_uevent_env", "driver"), ("vfs_read", "fs"),
        ("frobnicate", "other"), ("0xffffffffc0001234", "other"),
    ])
    func namesDecideForBuiltInCode(name: String, layer: String) {
        #expect(layerName(LayerMap.builtin, name, nil) == layer)
    }

    /// Functions of kernels and drivers that are not in the fixtures, as they stand where their code is built in.
    @Test(arguments: [
        "block": """
        generic_make_request generic_make_request_checks get_request __get_request init_request_from_bio blk_queue_bio
        generic_start_io_acct bvec_alloc get_io_context ioc_lookup_icq req_bio_endio nvme_queue_rq nvme_pci_complete_rq
        submit_bio_noacct_nocheck sbitmap_find_bit wbt_wait bt_iter noop_dispatch put_disk_and_module kblockd_schedule_work
        virtblk_done loop_queue_rq flush_end_io __blk_mq_sched_dispatch_requests tg_dispatch_one_bio dd_insert_requests
        rq_qos_wait md_submit_bio raid1_make_request update_io_ticks
        """,
        "lock": """
        do_raw_spin_lock _raw_spin_lock_irqsave native_queued_spin_lock_slowpath down_read up_write __up __up_read
        __up_console_sem rwsem_wake mutex_lock mutex_spin_on_owner osq_lock percpu_down_write lock_acquire
        rcu_read_unlock_strict call_srcu complete refcount_warn_saturate raw_spin_rq_lock_nested
        """,
        "sched": """
        __update_load_avg_se __update_load_avg_cfs_rq update_load_avg update_blocked_averages add_wait_queue
        add_wait_queue_exclusive remove_wait_queue prepare_to_wait_event autoremove_wake_function woken_wake_function
        wake_bit_function out_of_line_wait_on_bit bit_wait_io swake_up_one wait_for_completion_io_timeout io_schedule
        enqueue_entity dequeue_entity set_next_entity select_idle_sibling newidle_balance tg_throttle_down
        finish_task_switch.isra.0 rq_online_fair
        """,
        "fs": """
        xfs_file_fsync xlog_cil_push_work ext4_file_read_iter __ext4_journal_start_sb jbd2_journal_commit_transaction
        btrfs_submit_bio __btrfs_cow_block nfs_file_read fuse_dev_do_write f2fs_write_data_page block_write_begin
        __block_write_begin_int mpage_readahead submit_bh do_writepages generic_file_read_iter generic_perform_write
        do_iter_readv_writev filename_lookup ep_poll io_issue_sqe io_submit_one file_update_time fc_mount block_group_err
        """,
        "scsi":
            "ata_scsi_queuecmd ahci_handle_port_interrupt virtscsi_queuecommand scmd_eh_abort_handler megasas_queue_command",
        "libiscsi": "iscsi_sw_tcp_pdu_xmit iscsi_xmitworker iser_send_command",
        "dm": """
        dec_pending __clone_and_map_data_bio start_io_acct rq_completed st_select_path ql_start_io hst_end_io rr_create
        linear_map crypt_map retrieve_status free_priority_group flush_multipath_work mpath_double_check_test_bit
        list_version_get_info device_is_rotational must_push_back_rq queue_if_no_path
        """,
        "mm": """
        get_page_from_freelist rmqueue __rmqueue_pcplist free_unref_page prep_new_page clear_page_erms kmem_cache_free
        __kmalloc_noprof new_slab add_to_page_cache_lru __filemap_add_folio shrink_lruvec zap_page_range unmap_page_range
        handle_pte_fault do_anonymous_page copy_to_iter copy_from_user try_charge_memcg refill_stock account_page_dirtied
        dma_map_sg_attrs xas_load
        """,
        "net":
            "tcp_sendmsg_locked skb_copy_datagram_iter page_pool_alloc_pages virtnet_poll ____sys_sendmsg __qdisc_run gro_receive_skb",
        "irq": """
        handle_softirqs irqentry_exit generic_handle_domain_irq asm_sysvec_apic_timer_interrupt run_ksoftirqd
        gic_handle_irq apic_ack_edge smp_call_function_many_cond
        """,
        "time":
            "run_timer_softirq __run_timers expire_timers mod_timer hrtimer_interrupt sched_clock native_sched_clock msleep",
        "work": "process_one_work worker_thread kick_pool kthread try_to_grab_pending __flush_workqueue ret_from_fork",
        "driver": "pci_read_config_word acpi_ev_gpe_dispatch usb_submit_urb device_add",
        "other": "do_syscall_64 update_something upload_firmware strlen vsnprintf cpu_stop_queue_work drain_something",
    ])
    func namesOfOtherKernelsHaveTheirLayers(layer: String, functions: String) {
        for name in functions.split(whereSeparator: \.isWhitespace) {
            #expect(layerName(LayerMap.builtin, String(name), nil) == layer, "\(name)")
        }
    }

    @Test(arguments: [
        ("ext4", "fs"), ("xfs", "fs"), ("nvme_core", "block"), ("nvme_tcp", "block"), ("ib_iser", "libiscsi"),
        ("libata", "scsi"), ("ahci", "scsi"), ("mpt3sas", "scsi"), ("target_core_mod", "scsi"), ("raid1", "block"),
        ("mlx5_core", "net"), ("ice", "net"), ("sunrpc", "net"), ("dm_crypt", "dm"), ("qla2xxx", "scsi"),
        ("fuse", "fs"),
    ])
    func modulesOfOtherMachinesHaveTheirLayers(module: String, layer: String) {
        #expect(layerName(LayerMap.builtin, "f", module) == layer)
    }

    /// What the fixtures' traces have in no layer, by name: more of them is a hole in the map.
    @Test func nearlyNothingOfTheFixturesIsInNoLayer() throws {
        var inNone: Set<String> = []
        var count = 0
        for fixture in Fixtures.traces {
            let functions = try makeReport(fixture).functions
            count += functions.count
            inNone.formUnion(functions.filter { $0.layer == "other" }.map(\.function))
        }
        #expect(count > 4000)
        #expect(inNone.subtracting(["(unknown)"]) == [])
    }

    /// Each rule is reached by some name: one behind a more general one of another layer says what is not so.
    @Test func noRuleOfTheMapIsHiddenByAnother() throws {
        for line in String(decoding: PackageResources.builtin_layers, as: UTF8.self).split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split(separator: " ")
            for word in words.dropFirst() {
                let isModule = word.hasPrefix("[")
                let name = word.filter { !"[]".contains($0) }.replacing("*", with: "q0").replacing("?", with: "q")
                let layer = layerName(LayerMap.builtin, isModule ? "f" : name, isModule ? name : nil)
                #expect(layer == words[0].prefix { $0 != "=" }, "\(word)")
            }
        }
    }

    @Test func aUsersMapComesFirst() throws {
        let map = try LayerMap(text: "mine [dm_mod] blk_mq_*  # comment\n", path: "my.layers")
        #expect(layerName(map, "dm_mq_queue_rq", "dm_mod") == "mine")
        #expect(layerName(map, "blk_mq_run_hw_queue", nil) == "mine")
        #expect(layerName(map, "blk_put_queue", nil) == "block")
        #expect(map.layers.first == "mine" && map.layers.last == "other")
    }

    @Test func aUsersMapCanReplaceTheBuiltInOne() throws {
        let map = try LayerMap(text: "only\nmine [dm_mod]\n", path: "my.layers")
        #expect(map.layers == ["mine", "other"])
        #expect(layerName(map, "blk_put_queue", nil) == "other")
    }

    /// `other` is no layer like others: it stays the last one, and what a rule puts there is with what no rule names.
    @Test(arguments: ["other my_*\nmine a_*\n", "mine a_*\nother my_* [foreign]\nyours b_*\n"])
    func aUsersMapCanNameOther(text: String) throws {
        let map = try LayerMap(text: text, path: "my.layers")
        #expect(map.layers.filter { $0 == "other" }.count == 1 && map.layers.last == "other")
        #expect(layerName(map, "my_function", nil) == "other")
        #expect(layerName(map, "a_function", nil) == "mine")
        #expect(layerName(map, "dm_request_fn", nil) == "dm")
        #expect(layerName(map, "scsi_queue_rq", "scsi_mod") == "scsi")
        #expect(layerName(map, "frobnicate", nil) == "other")
        #expect(map.layers[map.other] == "other")
    }

    @Test(arguments: [
        ("dm [dm_mod]\nlonely\n", 2), ("dm [dm_mod\n", 1), ("\n\n[dm_mod] dm\n", 3), ("d\u{1b}m x\n", 1),
    ])
    func mistakesNameTheirLine(text: String, line: Int) {
        #expect { try LayerMap(text: text, path: "my.layers") } throws: { error in
            guard let error = error as? LayerMapError else { return false }
            return error.line == line && error.description.hasPrefix("my.layers:\(line): ")
                && !error.description.contains("\u{1b}")
        }
    }

    private func layerName(_ map: LayerMap, _ name: String, _ module: String?) -> String {
        map.layers[map.layer(of: Function(name: name, module: module))]
    }

    // MARK: Colours

    /// A layer is one line, its colour included.
    @Test func aLineMakesALayerWithItsColour() throws {
        let map = try LayerMap(text: "nvme=38;5;80 [nvme*] nvme_*", path: "my.layers")
        #expect(layerName(map, "nvme_queue_rq", "nvme") == "nvme" && layerName(map, "nvme_setup_cmd", nil) == "nvme")
        let style = Style(color: true, unicode: false).colored(by: map)
        #expect(style.layer("nvme", "x") == "\u{1b}[38;5;80mx\u{1b}[0m")
        #expect(style.layer("dm", "x") == Style(color: true, unicode: false).layer("dm", "x"))
        #expect(Style.plain.colored(by: map).layer("nvme", "x") == "x")
    }

    @Test func aUsersColourComesBeforeTheBuiltInOne() throws {
        #expect(try LayerMap(text: "dm=31 [dm_x]", path: "my.layers").colors["dm"] == "31")
        #expect(LayerMap.builtin.colors.count == Set(LayerMap.builtin.layers).count - 1)
    }

    @Test(arguments: ["dm=", "dm=red", "dm=1m;2", "dm=\u{1b}[31m", "=31", "dm=12345678901234567"])
    func whatIsNoColourIsRefused(layer: String) {
        #expect(throws: LayerMapError.self) { try LayerMap(text: "\(layer) dm_*", path: "my.layers") }
    }
}
