/// A named thing to watch, and the functions with which it begins on one kernel or another.
public struct Flow: Equatable, Sendable {
    public let name: String
    /// What a user sees it as.
    public let summary: String
    /// Source functions, without compiler suffixes. A kernel has some of them, rarely all.
    public let roots: [String]
}

/// The flows that can be asked for by name.
public struct FlowCatalogue: Sendable {
    public let flows: [Flow]

    /// Which function starts a flow changed with the kernel; the versions are those of the mainline kernel.
    public static let builtin = FlowCatalogue(flows: [
        Flow(name: "create", summary: "a device is created (DM_DEV_CREATE)", roots: ["dev_create"]),
        Flow(name: "load", summary: "a table is loaded (DM_TABLE_LOAD)", roots: ["table_load"]),
        Flow(
            name: "io", summary: "a request or bio is submitted to a dm device",
            roots: [
                "dm_mq_queue_rq",  // request-based over blk-mq: 4.1 and later, the only way since 4.20
                "dm_submit_bio",  // bio-based (queue_mode bio): 5.9 and later
                "dm_make_request",  // bio-based: 4.1 to 5.8
                "dm_old_request_fn",  // request-based, single queue: 4.8 to 4.19
                "map_tio_request",  // and its worker thread: 4.1 to 4.19
                "dm_request_fn",  // request-based, single queue: up to 4.4, and RHEL 7
            ]),
    ])

    public var names: [String] { flows.map(\.name) }

    /// - Throws: `.unknownFlow`.
    public func flow(named name: String) throws(CaptureError) -> Flow {
        guard let flow = flows.first(where: { $0.name == name }) else {
            throw CaptureError(.unknownFlow(name, known: names))
        }
        return flow
    }
}
