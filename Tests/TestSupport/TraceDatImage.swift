/// Builds trace.dat files of both versions in memory, with the record layouts of Linux 6.1 on x86-64: invented input for the
/// properties and for damage; what real kernels write is in the fixtures.
public struct TraceDatImage {
    public var pageSize = 4096
    /// Text of `events/header_page`; nothing for a 64-bit kernel's.
    public var headerPage = ""
    /// Texts of `events/ftrace/*/format`.
    public var ftraceFormats = [Self.entryFormat, Self.exitFormat]
    /// Names of other systems, with the formats of their events.
    public var systems = [(name: "dmflow", formats: Self.userFormats)]
    /// More options: number and content.
    public var options: [(id: UInt16, content: [UInt8])] = []
    /// Lines of `TID name`.
    public var commandLines = ""
    /// Other buffers: name of the instance, and what each CPU's buffer holds.
    public var instances: [(name: String, pages: [[UInt8]])] = []
    var pages: [[UInt8]]

    /// - Parameter eventsPerPage: small numbers make many pages.
    public init(_ trace: SyntheticTrace, eventsPerPage: Int = 40) {
        pages = (0..<trace.cpuCount).map { cpu in
            let events = trace.events.filter { $0.cpu == cpu }
            return stride(from: 0, to: events.count, by: eventsPerPage).flatMap { start in
                Self.page(Array(events[start..<min(start + eventsPerPage, events.count)]), size: 4096)
            }
        }
    }

    /// - Parameter pages: what each CPU's buffer holds, as it is.
    public init(pages: [[UInt8]]) { self.pages = pages }

    // MARK: Parts that both versions have

    func preamble(version: Int) -> [UInt8] {
        [0x17, 0x08, 0x44] + Array("tracing\(version)\0".utf8) + [0, 8] + little(UInt32(pageSize))
    }

    var headerInfo: [UInt8] { section("header_page\0", headerPage) + section("header_event\0", "") }

    public var ftraceEvents: [UInt8] { little(UInt32(ftraceFormats.count)) + ftraceFormats.flatMap(sized) }

    var eventSystems: [UInt8] {
        little(UInt32(systems.count))
            + systems.flatMap { system in
                Array("\(system.name)\0".utf8) + little(UInt32(system.formats.count)) + system.formats.flatMap(sized)
            }
    }

    var kallsyms: [UInt8] {
        let text = SyntheticTrace.functions.enumerated().map { index, name in
            let parts = name.split(separator: " ")
            let address = String(Self.address(of: index) - 4, radix: 16)
            return "\(address) t \(parts[0])" + (parts.count > 1 ? "\t\(parts[1])" : "") + "\n"
        }.joined()
        return little(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    var savedCommandLines: [UInt8] { sized(commandLines) }

    public func option(_ id: UInt16, _ content: [UInt8]) -> [UInt8] {
        little(id) + little(UInt32(content.count)) + content
    }

    private func section(_ name: String, _ text: String) -> [UInt8] { Array(name.utf8) + sized(text) }
    private func sized(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }

    // MARK: Version 6

    public func bytes() -> [UInt8] {
        var file = preamble(version: 6) + headerInfo + ftraceEvents + eventSystems + kallsyms
        file += little(UInt32(0)) + savedCommandLines + little(UInt32(pages.count))
        file += Array("options  \0".utf8) + options.flatMap { option($0.id, $0.content) }
        var places: [Int] = []
        for instance in instances {
            places.append(file.count + 6)
            file += option(3, little(UInt64(0)) + Array("\(instance.name)\0".utf8))
            if instance.pages.count != pages.count { file += option(8, little(UInt32(instance.pages.count))) }
        }
        file += little(UInt16(0))
        append(
            pages, clock: options.contains { $0.id == 4 && $0.content.isEmpty } ? "local [mono] boot" : nil, to: &file)
        for (place, instance) in zip(places, instances) {
            file.replaceSubrange(place..<(place + 8), with: little(UInt64(file.count)))
            append(instance.pages, clock: "[boot]", to: &file)
        }
        return file
    }

    /// A table of the CPUs' places, and their pages.
    private func append(_ pages: [[UInt8]], clock: String?, to file: inout [UInt8]) {
        file += Array("flyrecord\0".utf8)
        let clock = clock.map(sized) ?? []
        let firstPage = aligned(file.count + pages.count * 16 + clock.count)
        var offset = firstPage
        for cpu in pages {
            file += little(UInt64(offset)) + little(UInt64(cpu.count))
            offset = aligned(offset + cpu.count)
        }
        file += clock
        for cpu in pages {
            file += [UInt8](repeating: 0, count: aligned(file.count) - file.count) + cpu
        }
    }

    func aligned(_ offset: Int) -> Int { (offset + pageSize - 1) / pageSize * pageSize }

    // MARK: Pages

    /// A page with these events, each with its time as a delta to the one before.
    public static func page(_ events: [SyntheticTrace.Event], size: Int) -> [UInt8] {
        var data: [UInt8] = []
        var last = events.first?.time ?? 0
        for event in events {
            let delta = event.time - last
            last = event.time
            if delta >= 1 << 27 {
                data += little(UInt32(30) | UInt32(delta & 0x7ff_ffff) << 5) + little(UInt32(delta >> 27))
            }
            let record = record(event)
            let word = UInt32(record.count / 4) | (delta >= 1 << 27 ? 0 : UInt32(delta) << 5)
            data += little(word) + record
        }
        return page(time: events.first?.time ?? 0, commit: UInt64(data.count), data: data, size: size)
    }

    /// A page with a header of one's own choice.
    public static func page(time: UInt64, commit: UInt64, data: [UInt8], size: Int) -> [UInt8] {
        let page = little(time) + little(commit) + data
        return page + [UInt8](repeating: 0, count: max(0, size - page.count))
    }

    private static func record(_ event: SyntheticTrace.Event) -> [UInt8] {
        let common = little(id(event)) + [0, 0] + little(UInt32(bitPattern: event.tid))
        switch event.kind {
        case .entry, .exit: break
        case .userEntry: return common + little(UInt64(0x7f12_3456))
        case .userExit: return common + little(UInt64(0x7f12_3456)) + little(UInt64(0x7f87_6543))
        }
        let function = little(address(of: event.function))
        let depth = little(UInt32(event.depth))
        guard event.kind == .exit else { return common + function + depth }
        return common + function + depth + little(UInt32(0)) + little(event.callTime) + little(event.returnTime)
    }

    /// What `common_type` holds.
    private static func id(_ event: SyntheticTrace.Event) -> UInt16 {
        switch event.kind {
        case .entry: 11
        case .exit: 10
        case .userEntry: userID(event.function, isEntry: true)
        case .userExit: userID(event.function, isEntry: false)
        }
    }

    private static func userID(_ function: Int, isEntry: Bool) -> UInt16 {
        UInt16(40 + 2 * function + (isEntry ? 0 : 1))
    }

    /// A call site behind an ENDBR instruction, as newer kernels record it.
    private static func address(of function: Int) -> UInt64 { 0xffff_ffff_8100_0000 + UInt64(function) * 0x100 + 4 }

    // MARK: Formats

    public static let common = """
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
        \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
        \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
        \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;
        """

    /// Formats of uprobes at the entries and returns of `SyntheticTrace.userFunctions`.
    public static let userFormats = SyntheticTrace.userFunctions.indices.flatMap { function in
        [true, false].map { isEntry in
            """
            name: \(SyntheticTrace.userEventName(function, isEntry: isEntry))
            ID: \(userID(function, isEntry: isEntry))
            format:
            \(common)

            \tfield:unsigned long \(isEntry ? "__probe_ip" : "__probe_func");\toffset:8;\tsize:8;\tsigned:0;

            print fmt: "(%lx)", REC->\(isEntry ? "__probe_ip" : "__probe_func")
            """
        }
    }

    public static let entryFormat = """
        name: funcgraph_entry
        ID: 11
        format:
        \(common)

        \tfield:unsigned long func;\toffset:8;\tsize:8;\tsigned:0;
        \tfield:int depth;\toffset:16;\tsize:4;\tsigned:1;

        print fmt: "--> %ps (%d)", (void *)REC->func, REC->depth
        """

    public static let exitFormat = """
        name: funcgraph_exit
        ID: 10
        format:
        \(common)

        \tfield:unsigned long func;\toffset:8;\tsize:8;\tsigned:0;
        \tfield:int depth;\toffset:16;\tsize:4;\tsigned:1;
        \tfield:unsigned int overrun;\toffset:20;\tsize:4;\tsigned:0;
        \tfield:unsigned long long calltime;\toffset:24;\tsize:8;\tsigned:0;
        \tfield:unsigned long long rettime;\toffset:32;\tsize:8;\tsigned:0;

        print fmt: "<-- %ps (%d) (start: %llx  end: %llx) over: %d"
        """
}

/// An integer's bytes, lowest first.
public func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
