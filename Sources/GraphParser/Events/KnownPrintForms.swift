/// The events whose fields the kernel prints without their names. A new one is a line here.
extension PrintForm {
    /// What the kernel prints of an event of this name.
    static func known(_ event: String) -> PrintForm { forms[event] ?? .unknown }

    private static let forms: [String: PrintForm] = templates.mapValues { PrintForm(layouts: $0.map(Layout.init)) }

    private static let request = [
        "{dev} {rwbs} {bytes} ({cmd}) {sector} + {nr_sector} {} [{comm}]",
        "{dev} {rwbs} {bytes} ({cmd}) {sector} + {nr_sector} [{comm}]",
    ]
    private static let completion = [
        "{dev} {rwbs} ({cmd}) {sector} + {nr_sector} {} [{error}]",
        "{dev} {rwbs} ({cmd}) {sector} + {nr_sector} [{error}]",
    ]
    private static let bio = ["{dev} {rwbs} {sector} + {nr_sector} [{comm}]"]
    private static let remap = ["{dev} {rwbs} {sector} + {nr_sector} <- ({old_dev}) {old_sector}"]

    /// By the event's name.
    static let templates: [String: [String]] = [
        "block_rq_issue": request, "block_rq_insert": request, "block_rq_merge": request,
        "block_rq_complete": completion, "block_rq_error": completion, "block_rq_requeue": completion,
        "block_bio_queue": bio, "block_bio_backmerge": bio, "block_bio_frontmerge": bio, "block_getrq": bio,
        "block_bio_complete": ["{dev} {rwbs} {sector} + {nr_sector} [{error}]"],
        "block_bio_remap": remap,
        "block_rq_remap": ["{dev} {rwbs} {sector} + {nr_sector} <- ({old_dev}) {old_sector} {nr_bios}"],
        "block_split": ["{dev} {rwbs} {sector} / {new_sector} [{comm}]"],
        "sched_switch": [
            "prev_comm={prev_comm} prev_pid={prev_pid} prev_prio={prev_prio} prev_state={prev_state} ==> "
                + "next_comm={next_comm} next_pid={next_pid} next_prio={next_prio}"
        ],
    ]
}
