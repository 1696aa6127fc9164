import Glibc
import Synchronization

@testable import TraceCapture

/// A tracing directory that behaves as Linux 6.1 was seen to: what a file shows is not what it takes.
///
/// - `trace_clock` takes a name and shows all of them with the current one in brackets.
/// - A filter list takes indices, names, `name:mod:module` and `*:mod:module`; it shows names with modules, in the
///   order of the available functions. Emptying it keeps triggers and drops entries for modules to come.
/// - A graph list takes names only, and refuses numbers.
/// - `buffer_size_kb` grows to its promised size with the first write to any CPU, and rounds up to pages.
/// - The tracer cannot be changed while a raw pipe is open.
/// - `dynamic_events` shows what the lists of kprobes and uprobes have, too.
final class FakeKernel: TracingFiles {
    let directory: String
    /// Files that show what was written last.
    var values: [String: String]
    var clocks = ["local", "global", "mono", "boot"]
    var clock = "local"
    /// Lines of `available_filter_functions`.
    let functions: [String]
    var lists: [String: List] = [
        "set_ftrace_filter": List(), "set_ftrace_notrace": List(), "set_graph_function": List(),
        "set_graph_notrace": List(),
    ]
    var bufferKilobytes: [Int: Int]
    var promisedKilobytes: Int?
    var takesIndices = true
    /// Linux 6.11 and later.
    var graphInInstances = true
    var hasInstances = false
    private var instances: [String: FakeKernel] = [:]
    /// Where raw pipes are, which are files for a moment.
    private let scratch: String
    /// Bytes that each CPU's raw pipe yields.
    var pages: [Int: [UInt8]] = [:]
    /// Called before each change, with the file and what is to be written; throws to make it fail.
    var onWrite: (String, String) throws(CaptureError) -> Void = { _, _ throws(CaptureError) in }
    /// Called before each reading, with the file; throws to make it fail.
    var onRead: (String) throws(CaptureError) -> Void = { _ throws(CaptureError) in }
    /// All changes in order: `file=value`.
    private(set) var log: [String] = []
    /// The switches of events that a trigger holds, which show a `*`.
    var heldEvents: Set<String> = []
    /// How many entries of lists were refused.
    private(set) var refusals = 0
    /// Raw pipes handed out, each with a copy by whose inode it is known: other tests reuse the number of a closed one, and
    /// would reuse its inode if the copy did not keep it.
    private var pipes: [(number: Int32, copy: Descriptor)] = []

    struct List {
        /// Positions in `functions`.
        var members: Set<Int> = []
        var pending: [String] = []
        var triggers: [String] = []
    }

    static let defaultFunctions = [
        "schedule", "kfree", "dev_create [dm_mod]", "dm_mq_queue_rq [dm_mod]", "dm_submit_bio [dm_mod]",
        "table_load [dm_mod]", "trigger_event [dm_mod]", "trigger_event [dm_multipath]", "blk_mq_start_request",
        "blk_mq_run_hw_queue", "scsi_queue_rq [scsi_mod]", "dm_helpers_init [amdgpu]", "unrelated_function",
    ]

    init(directory: String, cpus: [Int] = [0, 1], functions: [String] = defaultFunctions) {
        self.directory = directory
        scratch = directory.components(beforeFirst: "/instances/")
        self.functions = functions
        bufferKilobytes = Dictionary(uniqueKeysWithValues: cpus.map { ($0, 1410) })
        values = [
            "current_tracer": "nop\n", "available_tracers": "function_graph function nop\n", "tracing_on": "1\n",
            "saved_cmdlines_size": "128\n", "max_graph_depth": "0\n", "tracing_thresh": "0\n",
            "options/overwrite": "1\n", "options/record-cmd": "1\n", "options/sleep-time": "1\n",
            "options/funcgraph-irqs": "1\n", "events/enable": "0\n", "set_ftrace_pid": "no pid\n",
            "tracing_cpumask": "f\n", "trace": "", "events/header_page": "page\n", "events/header_event": "event\n",
            "events/ftrace/funcgraph_entry/format": "entry\n", "saved_cmdlines": "1 init\n", "printk_formats": "",
        ]
        for list in ["set_event", "kprobe_events", "kprobe_profile"] { values[list] = "" }
        for cpu in cpus { values["per_cpu/cpu\(cpu)/stats"] = "entries: 0\noverrun: 0\nread events: 0\n" }
    }

    /// Everything that a capture must leave as it was.
    var snapshot: [String: String] {
        var shown = values
        for (name, instance) in instances {
            for (file, content) in instance.snapshot { shown["\(name)/\(file)"] = content }
        }
        for list in lists.keys { shown[list] = show(list) }
        for cpu in bufferKilobytes.keys { shown["per_cpu/cpu\(cpu)/buffer_size_kb"] = showBuffer(cpu) }
        shown["trace_clock"] = showClock()
        for file in heldEvents { shown[file] = values[file]!.trimmed + "*\n" }
        if let own = values["dynamic_events"] {
            shown["dynamic_events"] = own + (values["kprobe_events"] ?? "") + (values["uprobe_events"] ?? "")
        }
        return shown
    }

    // MARK: TracingFiles

    func exists(_ file: String) -> Bool {
        if let (instance, name) = split(file) { return instance.exists(name) }
        if file == "instances" { return hasInstances }
        return instances[file] != nil || snapshot[file] != nil || values.keys.contains { $0.hasPrefix("\(file)/") }
    }

    func readBytes(_ file: String) throws(CaptureError) -> [UInt8] {
        if let (instance, name) = split(file) { return try instance.readBytes(name) }
        try onRead(file)
        if file == "available_filter_functions" { return Array((functions.joined(separator: "\n") + "\n").utf8) }
        if file == "buffer_size_kb" { return Array(showBuffer(nil).utf8) }
        guard let content = snapshot[file] else {
            throw CaptureError(.readFailed, path: path(file), errno: ENOENT)
        }
        return Array(content.utf8)
    }

    func write(_ file: String, _ value: String) throws(CaptureError) {
        if let (instance, name) = split(file) {
            log.append("\(file)=\(value.trimmed)")
            return try instance.write(name, value)
        }
        try onWrite(file, value)
        log.append("\(file)=\(value.trimmed)")
        if file == "trace_clock" {
            guard clocks.contains(value.trimmed) else { throw refusal(file, value) }
            clock = value.trimmed
        } else if let cpu = bufferKilobytes.keys.first(where: { file == "per_cpu/cpu\($0)/buffer_size_kb" }) {
            guard let kilobytes = Int(value.trimmed) else { throw refusal(file, value) }
            promisedKilobytes = nil
            bufferKilobytes[cpu] = kilobytes + (kilobytes == 1408 ? 2 : 0)
        } else if file == "trace" {
            values["trace"] = ""
        } else {
            if file == "current_tracer", pipes.contains(where: { Self.inode($0.number) == Self.inode($0.copy.number) })
            {
                throw CaptureError(.writeFailed(value: value), path: path(file), errno: EBUSY)
            }
            guard values[file] != nil else { throw refusal(file, value) }
            if file.hasSuffix("/enable"), !["0", "1"].contains(value.trimmed) { throw refusal(file, value) }
            if file.hasSuffix("/filter") { return try filter(file, value.trimmed) }
            // A group is switched with all its events.
            let group =
                file.hasPrefix("events/") && file.split(separator: "/").count == 3
                ? String(file.dropLast("enable".count)) : file
            for key in values.keys where key == file || (key.hasPrefix(group) && key.hasSuffix("/enable")) {
                values[key] = "\(value.trimmed)\n"
            }
            showEvents()
        }
    }

    // MARK: Events

    /// Gives the kernel an event: `SYSTEM/EVENT`.
    func addEvent(_ event: String, format: String = "") {
        values["events/\(event.prefix { $0 != "/" })/enable"] = "0\n"
        values["events/\(event)/format"] = format
        addSwitches(event)
    }

    /// As Linux 6.12 has it: fprobes, and arguments by their numbers.
    func addFprobes() {
        values["dynamic_events"] = ""
        values["README"] = """
            \t  accepts: event-definitions (one definition per line)
            \t   Format: p[:[<group>/][<event>]] <place> [<args>]
            \t           f[:[<group>/][<event>]] <func-name>[%return] [<args>]
            \t    fetcharg: (%<register>|$<efield>), $arg<N>, $stack, $retval, $comm

            """
    }

    /// An event's files that each instance has for itself.
    private func addSwitches(_ event: String) {
        (values["events/\(event)/enable"], values["events/\(event)/filter"]) = ("0\n", "none\n")
    }

    /// `set_event` lists what is on. What a test has set besides stays.
    private func showEvents() {
        let events = values.keys.filter { $0.hasSuffix("/enable") && $0.split(separator: "/").count == 4 }
        let names = events.reduce(into: [:]) {
            $0[$1.split(separator: "/").dropFirst().prefix(2).joined(separator: ":")] = $1
        }
        let others = (values["set_event"] ?? "").lines.map(String.init).filter { names[$0] == nil }
        let on = names.filter { values[$0.value] == "1\n" }.keys.sorted()
        values["set_event"] = (others + on).map { $0 + "\n" }.joined()
    }

    /// Opening the list for writing empties it.
    private func setEvents(_ entries: [String]) {
        for key in values.keys where key.hasPrefix("events/") && key.hasSuffix("/enable") && key != "events/enable" {
            values[key] = "0\n"
        }
        values["set_event"] = ""
        for entry in entries {
            let file = "events/\(entry.split(separator: ":").joined(separator: "/"))/enable"
            if values[file] != nil { values[file] = "1\n" } else { values["set_event"]! += "\(entry)\n" }
        }
        showEvents()
    }

    /// The kernel shows what is wrong with a filter in the file itself.
    private func filter(_ file: String, _ value: String) throws(CaptureError) {
        let isKnown = value == "0" || value.contains("==") || value.contains(">")
        values[file] = value == "0" ? "none\n" : isKnown ? "\(value)\n" : "\(value)\n^\nparse_error: Field not found\n"
        if !isKnown { throw refusal(file, value) }
    }

    func writeList(
        _ file: String, _ entries: [String], stopAtRefusal isDecisive: (String) -> Bool
    ) throws(CaptureError) -> [RefusedEntry] {
        if let (instance, name) = split(file) {
            return try instance.writeList(name, entries, stopAtRefusal: isDecisive)
        }
        if values[file] != nil {
            try write(file, entries.joined(separator: "\n"))
            if file == "set_event" { setEvents(entries) }
            if entries.isEmpty { values[file] = file.hasSuffix("pid") ? "no pid\n" : "" }
            return []
        }
        try onWrite(file, entries.joined(separator: " "))
        log.append("\(file)=\(entries.joined(separator: " "))")
        let isFilter = file.contains("ftrace")
        var list = List(triggers: lists[file]!.triggers)
        var refused: [RefusedEntry] = []
        for entry in entries {
            let members = positions(entry, isFilter: isFilter)
            if !members.isEmpty {
                list.members.formUnion(members)
            } else if isFilter && entry.hasPrefix("*:mod:") {
                list.pending.append(entry)
            } else {
                refused.append(RefusedEntry(entry: entry, errno: EINVAL))
                refusals += 1
                if isDecisive(entry) { break }
            }
        }
        lists[file] = list
        return refused
    }

    func append(_ file: String, _ line: String) throws(CaptureError) {
        try onWrite(file, line)
        log.append("\(file)+=\(line)")
        guard let shown = values[file] else { throw refusal(file, line) }
        if line.hasPrefix("-:") {
            let name = String(line.dropFirst(2))
            let switches = [values] + instances.values.map(\.values)
            guard switches.allSatisfy({ ($0["events/\(name)/enable"] ?? "0\n") == "0\n" }) else {
                throw CaptureError(.writeFailed(value: line), path: path(file), errno: EBUSY)
            }
            values[file] = shown.lines.filter { !$0.contains(":\(name) ") }.map { $0 + "\n" }.joined()
            values = values.filter { !$0.key.hasPrefix("events/\(name)/") }
            for instance in instances.values {
                instance.values = instance.values.filter { !$0.key.hasPrefix("events/\(name)/") }
            }
            if !values.keys.contains(where: { $0.hasPrefix("events/dmflow/") && $0 != "events/dmflow/enable" }) {
                values["events/dmflow/enable"] = nil
            }
            return
        }
        let name = line.drop { $0 != ":" }.dropFirst().prefix { $0 != " " }
        values[file] = shown + line + "\n"
        values["events/\(name)/format"] = "name: \(name.drop { $0 != "/" }.dropFirst())\nID: 99\nformat of \(name)\n"
        for place in [self] + instances.values { place.addSwitches(String(name)) }
        values["events/dmflow/enable"] = "0\n"
    }

    /// The files of an instance, which shares the rest with the top level.
    private static let ownFiles = [
        "tracing_on", "current_tracer", "available_tracers", "set_event", "set_ftrace_pid", "tracing_cpumask", "trace",
        "options/overwrite", "options/record-cmd", "options/sleep-time", "options/funcgraph-irqs",
    ]

    func makeDirectory(_ name: String) throws(CaptureError) {
        try onWrite(name, "")
        log.append("mkdir \(name)")
        let instance = FakeKernel(directory: path(name), cpus: bufferKilobytes.keys.sorted(), functions: functions)
        instance.pages = pages
        instance.values = instance.values.filter { Self.ownFiles.contains($0.key) || $0.key.hasPrefix("per_cpu/") }
        instance.lists = instance.lists.filter { $0.key.contains("ftrace") }
        if !graphInInstances { instance.values["available_tracers"] = "function nop\n" }
        instance.onWrite = { [weak self] file, value throws(CaptureError) in try self?.onWrite("\(name)/\(file)", value)
        }
        for key in values.keys where key.hasPrefix("events/") && key.hasSuffix("/format") {
            let parts = key.split(separator: "/")
            if parts[1] != "ftrace" { instance.addSwitches("\(parts[1])/\(parts[2])") }
        }
        instances[name] = instance
    }

    func removeDirectory(_ name: String) throws(CaptureError) {
        try onWrite(name, "")
        log.append("rmdir \(name)")
        if instances.removeValue(forKey: name) == nil {
            throw CaptureError(.notRestored([name]), path: path(name), errno: ENOENT)
        }
    }

    /// The instance that a file is in, and its name there.
    private func split(_ file: String) -> (FakeKernel, String)? {
        for (name, instance) in instances where file.hasPrefix("\(name)/") {
            return (instance, String(file.dropFirst(name.count + 1)))
        }
        return nil
    }

    func list(_ directory: String) throws(CaptureError) -> [String] {
        if let (instance, name) = split(directory) { return try instance.list(name) }
        switch directory {
        case "per_cpu": return bufferKilobytes.keys.map { "cpu\($0)" }.sorted()
        case "events/ftrace": return ["enable", "funcgraph_entry"]
        default:
            let names = Array(values.keys) + Array(instances.keys)
            let files = names.filter { $0.hasPrefix("\(directory)/") }
            if files.isEmpty { throw CaptureError(.readFailed, path: path(directory), errno: ENOENT) }
            return Set(files.map { String($0.dropFirst(directory.count + 1).prefix { $0 != "/" }) }).sorted()
        }
    }

    func openRaw(_ file: String) throws(CaptureError) -> Int32 {
        if let (instance, name) = split(file) { return try instance.openRaw(name) }
        guard let cpu = bufferKilobytes.keys.first(where: { file == "per_cpu/cpu\($0)/trace_pipe_raw" }) else {
            throw CaptureError(.readFailed, path: path(file), errno: ENOENT)
        }
        let content = pages[cpu] ?? []
        let file = "\(scratch)/raw\(cpu)"
        let descriptor = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw CaptureError(.readFailed, path: file, errno: errno) }
        unlink(file)
        _ = content.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        pipes.append((descriptor, Descriptor(dup(descriptor))))
        return descriptor
    }

    private static func inode(_ descriptor: Int32) -> ino_t? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_ino : nil
    }

    // MARK: Behaviour

    private func positions(_ entry: String, isFilter: Bool) -> [Int] {
        if isFilter && takesIndices, let index = Int(entry) {
            return functions.indices.contains(index - 1) ? [index - 1] : []
        }
        let parts = entry.split(separator: ":")
        let module = isFilter && parts.count == 3 ? "[\(parts[2])]" : nil
        let pattern = isFilter ? String(parts[0]) : entry
        return functions.indices.filter { position in
            let fields = functions[position].split(separator: " ").map(String.init)
            if let module, fields.count < 2 || fields[1] != module { return false }
            return pattern.hasSuffix("*") ? fields[0].hasPrefix(pattern.dropLast()) : fields[0] == pattern
        }
    }

    private func show(_ file: String) -> String {
        let list = lists[file]!
        var lines = list.members.sorted().map { functions[$0] } + list.pending
        if lines.isEmpty {
            lines = [file.hasSuffix("notrace") ? "#### no functions disabled ####" : "#### all functions enabled ####"]
        }
        return (lines + list.triggers).joined(separator: "\n") + "\n"
    }

    private func showBuffer(_ cpu: Int?) -> String {
        if let cpu { return "\(promisedKilobytes == nil ? bufferKilobytes[cpu]! : 7)\n" }
        if let promisedKilobytes { return "7 (expanded: \(promisedKilobytes))\n" }
        let sizes = Set(bufferKilobytes.values)
        return sizes.count == 1 ? "\(sizes.first!)\n" : "X\n"
    }

    private func showClock() -> String {
        clocks.map { $0 == clock ? "[\($0)]" : $0 }.joined(separator: " ") + "\n"
    }

    private func refusal(_ file: String, _ value: String) -> CaptureError {
        CaptureError(.writeFailed(value: value), path: path(file), errno: EINVAL)
    }
}

extension String {
    fileprivate func components(beforeFirst separator: String) -> String {
        var end = startIndex
        while end < endIndex, !self[end...].hasPrefix(separator) { end = index(after: end) }
        return String(self[..<end])
    }
}

extension FakeKernel {
    /// Sets every file that a capture changes to something unusual.
    func makeOdd() {
        clock = "boot"
        values["tracing_on"] = "0\n"
        values["max_graph_depth"] = "7\n"
        values["tracing_thresh"] = "25\n"
        values["options/overwrite"] = "0\n"
        values["options/sleep-time"] = "0\n"
        values["options/funcgraph-retval"] = "1\n"
        values["saved_cmdlines_size"] = "200\n"
        bufferKilobytes = [0: 3000, 1: 96]
        lists["set_ftrace_filter"] = List(members: [1, 6, 8], pending: ["*:mod:xfs"])
        lists["set_ftrace_notrace"] = List(members: [0])
        lists["set_graph_function"] = List(members: [2, 6, 7])
        lists["set_graph_notrace"] = List(members: [1])
    }
}
