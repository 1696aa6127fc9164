import Testing

@testable import TraceCapture

@Suite struct ProvenOffsetsTests {
    /// Proves some members, and counts how often it was asked.
    private final class Proof: OffsetProof {
        let proven: Set<String>
        private(set) var runs = 0

        init(_ proven: Set<String>) { self.proven = proven }

        func verdicts(on rows: [OffsetTable.Row]) -> [OffsetTable.Row: OffsetVerdict] {
            runs += 1
            let found = rows.map {
                ($0, proven.contains("\($0.name) \($0.offset)") ? .proven : OffsetVerdict.unproven("no hits"))
            }
            return Dictionary(uniqueKeysWithValues: found)
        }
    }

    private func fields(_ proof: Proof, _ table: OffsetTable = .builtin, kernel: String = "5.10") -> KernelFields {
        let offsets = ProvenOffsets(
            table, release: KernelRelease(kernel)!, architecture: "x86_64", proof: proof)
        return KernelFields(BTFFixture.types(kernel), offsets: offsets)
    }

    private func fetch(_ path: String, _ fields: KernelFields) -> String {
        do throws(FieldError) { return try fields.access(to: path, module: "libiscsi").fetch(from: "$arg1") } catch {
            return error.description
        }
    }

    @Test func whatIsProvenLeadsOnThroughTheKernelsTypes() {
        let proof = Proof(["iscsi_task.sc 80", "iscsi_task.itt 28", "scsi_cmnd.request 272", "dm_rq_target_io.orig 16"])
        let fields = fields(proof)
        #expect(fetch("iscsi_task.sc", fields) == "+80($arg1):x64")
        #expect(fetch("iscsi_task.itt", fields) == "+28($arg1):s32")
        #expect(fetch("iscsi_task.sc->request->tag", fields) == "+32(+272(+80($arg1))):s32")
        #expect(fetch("request.end_io_data->(dm_rq_target_io)orig->__sector", fields) == "+48(+16(+272($arg1))):u64")
        #expect(proof.runs == 1)
    }

    @Test func whatIsNotProvenIsRefused() {
        let fields = fields(Proof(["iscsi_task.sc 80"]))
        #expect(
            fetch("iscsi_task.conn", fields)
                == "iscsi_task.conn: the offset of iscsi_task.conn is not proven on this kernel: no hits")
        #expect(
            fetch("iscsi_task.sn", fields)
                == "iscsi_task.sn: the offset of iscsi_task.sn is not proven on this kernel: no table has it")
        #expect(throws: FieldError.self) { _ = try fields.size(of: "iscsi_task", module: nil) }
        #expect(
            fetch("iscsi_session.age", fields)
                == "iscsi_session.age: this kernel has no struct iscsi_session")
    }

    @Test func nothingIsTriedWhereTheKernelTells() {
        let proof = Proof(["iscsi_task.sc 80"])
        let table = OffsetTable(text: "iscsi_task.sc 96 *scsi_cmnd 6.1-6.1 x86_64 at f $arg1 seen g $arg1")!
        #expect(fetch("iscsi_task.sc", fields(proof, table, kernel: "6.1")) == "+80($arg1):x64")
        #expect(proof.runs == 0)
    }

    @Test func ofSeveralOffsetsTheProvenOneCounts() {
        let line = "s.a OFFSET *t 5.10-5.10 x86_64 at f $arg1 seen g $arg1"
        let table = OffsetTable(text: ["8", "16"].map { line.replacing("OFFSET", with: $0) }.joined(separator: "\n"))!
        #expect(fetch("s.a", fields(Proof(["s.a 16"]), table)) == "+16($arg1):x64")
        #expect(fetch("s.a", fields(Proof(["s.a 16", "s.a 8"]), table)).hasSuffix("several offsets fit"))
    }

    // MARK: The table

    @Test(arguments: [
        ("4.17", "x86_64", 0), ("4.18.0-477.13.1.el8_8.x86_64", "x86_64", 5), ("5.10.0-32-amd64", "x86_64", 6),
        ("5.11", "x86_64", 0), ("5.10", "aarch64", 0),
    ])
    func rowsAreOfTheirKernels(release: String, architecture: String, count: Int) throws {
        let release = try #require(KernelRelease(release))
        #expect(OffsetTable.builtin.rows(for: release, architecture: architecture).count == count)
    }

    @Test(arguments: [
        "s.a 8 *t 5.10-5.10 x86_64 at f $arg1 seen g", "s.a x *t 5.10-5.10 x86_64 at f $arg1 seen g $arg1",
        "s.a 8 u7 5.10-5.10 x86_64 at f $arg1 last g $arg1", "s.a 8 *t 5.10 x86_64 at f $arg1 seen g $arg1",
        "s.a 8 *t 5.11-5.10 x86_64 at f $arg1 seen g $arg1", "s 8 *t 5.10-5.10 x86_64 at f $arg1 seen g $arg1",
        "s.a 8 *t 5.10-5.10 x86_64 on f $arg1 seen g $arg1", "s.a 8 *t 5.10-5.10 x86_64 at f $arg1 was g $arg1",
        "s.a 8 *t 5.10-5.10 x86_64 at f $arg1 seen g $arg1 0x1f", "s.a 8 *t 5.10-5.10 x86_64 at f arg seen g $arg1",
        // A small number is soon among others.
        "s.a 8 u32 5.10-5.10 x86_64 at f $arg1 seen g $arg1",
    ])
    func aLineOfAnotherFormIsRefused(line: String) {
        #expect(OffsetTable(text: "# head\n\n" + line) == nil)
    }
}
