import Testing

@testable import TraceCapture

/// The built-in flow of requests on the kernels of the lab, by what they tell of their types.
@Suite struct RequestsFlowTests {
    private func kernel(_ version: String, without gone: Set<String> = []) throws -> (TracedKernel, Flow) {
        let flow = try FlowCatalogue.builtin.flow(named: Flow.requests)
        let functions = flow.probes.filter { !gone.contains($0.function) }.map { probe in
            probe.module.map { "\(probe.function) [\($0)]" } ?? probe.function
        }
        let files = FakeKernel(directory: "/nowhere", functions: functions + ["scsi_mq_done [scsi_mod]"])
        files.values["README"] = "$arg<N>"
        return (TracedKernel(files, architecture: "x86_64", resolver: BTFFixture.fields(version)), flow)
    }

    /// What differs between kernels, as probes of them had it that worked.
    static let dispatched = [
        ("5.10", "bytes=+40(+0($arg2)):u32 ", "+160(+0($arg2))"),
        ("6.1", "bytes=+44(+0($arg2)):u32 ", "+128(+0(+0($arg2)))"),
        ("6.12", "bytes=+44(+0($arg2)):u32 ", "+104(+0(+0($arg2)))"),
        ("7.3", "bytes=+44(+0($arg2)):u32 ", "+96(+0(+0($arg2)))"),
    ].map { (kernel: $0.0, bytes: $0.1, disk: $0.2) }

    @Test(arguments: dispatched) func aDispatchedRequestIsKnownWithItsDevice(
        version: String, bytes: String, disk: String
    ) throws {
        let (kernel, flow) = try kernel(version)
        let probes = try #require(try KernelProbes(flow, on: kernel)).probes
        let line = try #require(probes.first { $0.event == "dm_dispatch" }).definition(.kprobe)
        #expect(
            line.hasPrefix(
                "p:dmflow/dm_dispatch dm_mod:dm_mq_queue_rq rq=+0($arg2):x64 sector=+48(+0($arg2)):u64 "
                    + "\(bytes)flags=+24(+0($arg2)):x32 queued=+"))
        #expect(
            line.hasSuffix(
                " major=+0(\(disk)):u32 minor=+4(\(disk)):u32 bio=+56(+0($arg2)):x64 biotail=+64(+0($arg2)):x64"))
        let clone = try #require(probes.first { $0.event == "dm_clone" }).definition(.kprobe)
        let path = disk.replacing("+0($arg2)", with: "$arg1")
        #expect(
            clone == "p:dmflow/dm_clone blk_rq_prep_clone clone=$arg1:x64 rq=$arg2:x64 "
                + "major=+0(\(path)):u32 minor=+4(\(path)):u32")
    }

    @Test(arguments: BTFFixture.kernels) func onlyWhatModulesTellOfTheirTypesIsMissing(version: String) throws {
        let (kernel, flow) = try kernel(version, without: version == "5.10" ? ["scsi_done"] : [])
        let found = try #require(try KernelProbes(flow, on: kernel))
        #expect(found.probes.count == 22)
        let lacking = found.unrecorded(on: kernel)
        if BTFFixture.withModules.contains(version) {
            #expect(lacking == [])
            return
        }
        // Which a capture proves, if it can.
        #expect(lacking.filter(\.cause.isLoss).map(\.name) == ["iscsi_xmit.itt", "iscsi_xmit.conn"])
        // Addresses of commands are recorded all the same: who joins them finds out whether they are any.
        #expect(
            lacking.filter { !$0.cause.isLoss }.map(\.name) == [
                "iscsi_xmit.sc", "iscsi_done.sc", "scsi_end.result", "path_failed.path", "path_reinstated.path",
                "conn_failure.sid", "session_block.sid", "session_unblock.sid", "session_timeout.sid", "scsi_done",
            ])
        let sent = try #require(found.probes.first { $0.event == "iscsi_xmit" })
        #expect(sent.arguments == ["task=$arg1:x64", "sc=+80($arg1):x64"])
    }

    /// The detail brings requests along, and has no event of theirs again.
    @Test func theDetailsAreBesideTheRequests() throws {
        let flows = try FlowCatalogue.builtin.flows(named: ["requests-detail"])
        #expect(flows.map(\.name) == [Flow.requests, "requests-detail"])
        let names = flows.flatMap(\.probes).map(\.name)
        #expect(Set(names).count == names.count)
        #expect(!RecordingPlan.needsGraph(flows: ["requests-detail"], roots: [], catalogue: .builtin))
        #expect(RecordingPlan.needsGraph(flows: FlowCatalogue.builtin.defaults, roots: [], catalogue: .builtin))
    }
}
