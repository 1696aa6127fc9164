import TestSupport
import Testing

@testable import TraceCapture

/// Against type information of the kernels of the lab.
@Suite struct KernelFieldsTests {
    /// An argument of a probe that worked on these kernels, by the names that the source has.
    struct Probe: CustomTestStringConvertible, Sendable {
        let function: String
        var module: String?
        let path: String
        /// By kernel; nil for one that cannot tell.
        let fetches: [String: String]

        init(_ function: String, _ module: String?, _ path: String, _ fetches: [String: String]) {
            (self.function, self.module, self.path, self.fetches) = (function, module, path, fetches)
        }

        init(_ function: String, _ module: String?, _ path: String, all fetch: String, since first: String = "6.1") {
            let kernels = BTFFixture.kernels.drop { $0 != first }
            self.init(function, module, path, Dictionary(uniqueKeysWithValues: kernels.map { ($0, fetch) }))
        }

        var testDescription: String { "\(function): \(path)" }
    }

    /// Lines of `shared/requests/probes-*`, which are not made from these files.
    static let probes = [
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq", all: "+0($arg2):x64"),
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq->__sector", all: "+48(+0($arg2)):u64"),
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq->__data_len", all: "+44(+0($arg2)):u32"),
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq->cmd_flags", all: "+24(+0($arg2)):u32"),
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq->tag", all: "+32(+0($arg2)):s32"),
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq->internal_tag", all: "+36(+0($arg2)):s32"),
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq->bio", all: "+56(+0($arg2)):x64"),
        Probe("dm_mq_queue_rq", "dm_mod", "bd->rq->biotail", all: "+64(+0($arg2)):x64"),
        Probe(
            "blk_rq_prep_clone", nil, "rq->q->disk->major",
            ["6.1": "+0(+128(+0($arg1))):s32", "6.12": "+0(+104(+0($arg1))):s32", "7.3": "+0(+96(+0($arg1))):s32"]),
        Probe(
            "blk_rq_prep_clone", nil, "rq->q->disk->first_minor",
            ["6.1": "+4(+128(+0($arg1))):s32", "6.12": "+4(+104(+0($arg1))):s32", "7.3": "+4(+96(+0($arg1))):s32"]),
        Probe("blk_rq_prep_clone", nil, "rq->rq_disk->major", ["5.10": "+0(+160($arg1)):s32"]),
        Probe("blk_insert_cloned_request", nil, "rq->rq_disk->first_minor", ["5.10": "+4(+160($arg2)):s32"]),
        Probe("blk_rq_prep_clone", nil, "rq_src", all: "$arg2:x64", since: "5.10"),
        Probe("blk_mq_start_request", nil, "rq", all: "$arg1:x64", since: "5.10"),
        Probe("blk_mq_end_request", nil, "error", all: "$arg2:u8", since: "5.10"),
        Probe("scsi_queue_rq", "scsi_mod", "bd->rq", all: "+0($arg2):x64"),
        Probe("iscsi_queuecommand", "libiscsi", "sc", all: "$arg2:x64"),
        Probe("iscsi_tcp_task_xmit", "libiscsi_tcp", "task->sc", all: "+80($arg1):x64"),
        Probe("iscsi_tcp_task_xmit", "libiscsi_tcp", "task->itt", all: "+28($arg1):s32"),
        Probe("iscsi_tcp_task_xmit", "libiscsi_tcp", "task->conn", all: "+88($arg1):x64"),
        Probe(
            "iscsi_tcp_task_xmit", "libiscsi_tcp", "task->conn->session->age",
            [
                "6.1": "+412(+16(+88($arg1))):s32", "6.12": "+412(+16(+88($arg1))):s32",
                "7.3": "+404(+16(+88($arg1))):s32",
            ]),
        Probe("__iscsi_complete_pdu", "libiscsi", "hdr->opcode", all: "+0($arg2):u8"),
        Probe("__iscsi_complete_pdu", "libiscsi", "hdr->itt", all: "+16($arg2):u32"),
        Probe("scsi_done", "scsi_mod", "cmd->result", all: "+288($arg1):s32"),
        Probe("scsi_done", "scsi_mod", "cmd->retries", all: "+144($arg1):s32"),
        Probe(
            "end_clone_request", "dm_mod", "clone->end_io_data",
            ["6.1": "+264($arg1):x64", "6.12": "+240($arg1):x64", "7.3": "+264($arg1):x64"]),
        Probe(
            "end_clone_request", "dm_mod", "clone->end_io_data->(dm_rq_target_io)orig",
            ["6.1": "+16(+264($arg1)):x64", "6.12": "+16(+240($arg1)):x64", "7.3": "+16(+264($arg1)):x64"]),
        Probe("multipath_end_io", "dm_multipath", "error", all: "$arg3:u8"),
        Probe("dm_requeue_original_request", "dm_mod", "tio->orig", all: "+16($arg1):x64"),
        Probe(
            "fail_path", "dm_multipath", "pgpath->path.dev->name",
            ["6.1": "+20(+32($arg1)):string", "6.12": "+28(+32($arg1)):string", "7.3": "+28(+32($arg1)):string"]),
        Probe("dm_path_uevent", "dm_mod", "path", all: "+0($arg3):string"),
    ]

    @Test(arguments: probes, BTFFixture.kernels)
    func argumentsAreWhereProbesThatWorkedHadThem(probe: Probe, kernel: String) throws {
        let fields = BTFFixture.fields(kernel)
        guard let fetch = probe.fetches[kernel] else {
            #expect(throws: FieldError.self) {
                _ = try fields.access(to: probe.path, ofArgumentsOf: probe.function, module: probe.module)
            }
            return
        }
        let found = try fields.access(to: probe.path, ofArgumentsOf: probe.function, module: probe.module)
        #expect(found.access.fetch(from: "$arg\(found.argument)") == fetch)
    }

    @Test(arguments: ["5.10": 280, "6.1": 272, "6.12": 248, "7.3": 272])
    func aRequestIsAsLongAsItsDriversDataTold(kernel: String, bytes: Int) throws {
        #expect(try BTFFixture.fields(kernel).size(of: "request", module: nil) == bytes)
    }

    /// `bio.bi_iter` is what these probes had as a bio's sector, and `disk_name` is what pahole says.
    @Test(
        arguments: [
            ("request.bio->bi_iter.bi_sector", "5.10", "+32(+56($arg1)):u64"),
            ("request.bio->bi_iter.bi_sector", "7.3", "+40(+56($arg1)):u64"),
            ("gendisk.disk_name", "6.1", "+12($arg1):string"),
            ("scsi_cmnd.cmnd[1]", "6.1", "+165($arg1):u8"),
            ("scsi_cmnd.cmnd", "6.1", "+164($arg1):u8[32]"),
            ("scsi_device.host->hostt->name", "6.1", nil),
            // From a member to the structure around it.
            ("bio(bi_iter.bi_size).bi_iter.bi_sector", "6.1", "-8($arg1):u64"),
            ("request(bio).bio->bi_iter.bi_sector", "6.1", "+32(+0($arg1)):u64"),
            ("request(bio).tag", "6.1", "-24($arg1):s32"), ("request(nothing).tag", "6.1", nil),
            ("request(bio.x).tag", "6.1", nil), ("request(bio", "6.1", nil), ("request()", "6.1", nil),
        ] as [(String, String, String?)])
    func pathsBeginWithAStructure(path: String, kernel: String, fetch: String?) {
        #expect((try? BTFFixture.fields(kernel).access(to: path, module: nil))?.fetch(from: "$arg1") == fetch)
    }

    @Test(
        arguments: [
            ("request.__secto", "request.__secto: struct request has no member __secto; similar: __sector"),
            ("reqest.tag", "reqest.tag: this kernel has no struct reqest; similar: request"),
            ("request.bio.bi_iter", "request.bio.bi_iter: bio is a pointer: go on with ->"),
            ("request.tag->x", "request.tag->x: tag is no pointer"),
            ("request.tag.x", "request.tag.x: tag is no structure"),
            ("request.tag[1]", "request.tag[1]: tag is no array"),
            ("request", "request: it is a whole structure, which a probe cannot record"),
            ("request.queuelist", "request.queuelist: it is a whole structure, which a probe cannot record"),
            ("request.end_io_data->x", "request.end_io_data->x: end_io_data is no structure"),
            ("gendisk.disk_name[32]", "gendisk.disk_name[32]: there are 32 elements, and no [32]"),
            ("request(nothin).tag", "request(nothin).tag: struct request has no member nothin"),
            ("request(bio)", "request(bio): it is a whole structure, which a probe cannot record"),
            ("request(bio.tag", "request(bio.tag: ) expected at the end"),
            ("scsi_cmnd.result", nil),
        ] as [(String, String?)])
    func whatIsNotThereIsSaid(path: String, expected: String?) {
        #expect(message(path, "6.1") == expected)
    }

    /// Their module is built in on other kernels, and on this one tells nothing.
    @Test func structuresOfModulesWithoutTypesAreNotThere() {
        #expect(message("iscsi_task.sc", "5.10") == "iscsi_task.sc: this kernel has no struct iscsi_task")
    }

    @Test func aKernelWithoutTypesIsTold() {
        let fields = KernelFields(KernelTypes(directory: "/nonexistent"))
        #expect(throws: FieldError(.noTypes, in: "request.tag")) {
            _ = try fields.access(to: "request.tag", module: nil)
        }
    }

    @Test func functionsAndParametersThatAreNotThereAreSaid() {
        let fields = BTFFixture.fields("6.1")
        #expect(throws: FieldError(.noFunction("scsi_donne", similar: ["scsi_done"]), in: "cmd")) {
            _ = try fields.access(to: "cmd", ofArgumentsOf: "scsi_donne", module: "scsi_mod")
        }
        let known = FieldError(.noParameter("sc", function: "scsi_done", known: ["cmd"]), in: "sc->result")
        #expect(throws: known) { _ = try fields.access(to: "sc->result", ofArgumentsOf: "scsi_done", module: nil) }
    }

    private func message(_ path: String, _ kernel: String) -> String? {
        do throws(FieldError) {
            _ = try BTFFixture.fields(kernel).access(to: path, module: nil)
            return nil
        } catch {
            return error.description
        }
    }

    // MARK: Against pahole

    /// What pahole says of the whole files, of thousands of members.
    @Test(arguments: BTFFixture.kernels)
    func membersAreWherePaholeHasThem(kernel: String) throws {
        let types = BTFFixture.types(kernel)
        let text = String(decoding: BTFFixture.decompressed("\(kernel)/members.xz"), as: UTF8.self)
        var compared = 0
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            let module = fields[0] == "vmlinux" ? nil : fields[0]
            let place = fields[2].split(separator: ":").map { Int($0)! }
            let path = try TypePath(fields[1])
            let found = try #require(try member(path, types, module), "\(line)")
            #expect(found.bitOffset == place[0] * 8 + (place.count > 1 ? place[1] : 0), "\(kernel) \(line)")
            if place.count > 1 {
                #expect(found.bitfieldSize == Int(fields[3]), "\(kernel) \(line)")
            } else if let access = try? KernelFields(types).access(to: fields[1], module: module) {
                #expect(access.offsets == [place[0]], "\(kernel) \(line)")
                #expect(access.value.size == Int(fields[3]), "\(kernel) \(line)")
            }
            compared += 1
        }
        #expect(compared > (kernel == "5.10" ? 150 : 2000))
    }

    /// The member at the end of a path through embedded structures, with its offset from the first.
    private func member(_ path: TypePath, _ types: KernelTypes, _ module: String?) throws -> StructureMember? {
        var structure = try types.structures(named: path.root, module: module).first
        var offset = 0
        var found: StructureMember?
        for case .member(let name) in path.steps {
            guard let member = try structure?.member(name) else { return nil }
            offset += member.bitOffset
            found = StructureMember(
                type: member.type, bitOffset: offset, bitfieldSize: member.bitfieldSize,
                isBigEndian: member.isBigEndian)
            structure = nil
            if case .structure(let next) = try member.type.type() { structure = next }
        }
        return found
    }
}
