import GraphParser
import Reports
import Testing

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
}
