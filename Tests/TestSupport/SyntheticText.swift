/// How an invented trace is printed: which columns, in the forms of which kernel, and what a log or trace-cmd adds.
public struct TextForm: Sendable, CustomStringConvertible {
    public enum Kernel: String, Sendable, CaseIterable {
        // Each has marks, durations, flags or return values of its own.
        case linux310 = "3.10"
        case linux42 = "4.2"
        case linux419 = "4.19"
        case linux61 = "6.1"
        case linux66 = "6.6"
        case linux71 = "7.1"
    }

    public enum Log: String, Sendable, CaseIterable {
        case console = "[   12.345678] "
        case caller = "[   12.345678][  T123] "
        case priority = "<4>[   12.345678] "
        case decoded = "kern  :warn  : [   12.345678] "
        case syslog = "Nov 23 04:06:27 host kernel: [   12.345678] "
        case journal = "Nov 23 04:06:27 host kernel: "
        case iso = "2026-11-23T04:06:27,123456+00:00 "
        case date = "[Mon Nov 23 04:06:27 2026] "
    }

    public var kernel = Kernel.linux61
    public var hasHeader = true
    public var time = false
    public var cpu = true
    public var task = true
    public var flags = false
    public var duration = true
    public var overhead = true
    /// False prints indentation and body only.
    public var context = true
    public var tail = false
    public var mergesLeaves = true
    public var returnValue = false
    public var caller = false
    public var arguments = false
    public var log: Log?
    public var lineEnd = "\n"
    /// As `trace-cmd report` prints it; of the columns above only the flags and the tail have a meaning then.
    public var isReport = false
    /// Puts other lines between the calls: comments, interrupt marks, stack traces, overruns.
    public var hasOthers = false

    public init() {}

    public init(time: Bool, task: Bool, tail: Bool, mergesLeaves: Bool) {
        (self.time, self.task, self.tail, self.mergesLeaves) = (time, task, tail, mergesLeaves)
    }

    /// Any of all forms that there are.
    public static func random(using random: inout SeededRandom) -> TextForm {
        func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
        var form = TextForm()
        form.kernel = Kernel.allCases.randomElement(using: &random)!
        (form.hasHeader, form.time, form.cpu, form.task) = (chance(2), chance(2), !chance(4), chance(2))
        (form.flags, form.duration, form.overhead) = (chance(3), !chance(4), !chance(4))
        (form.context, form.tail, form.mergesLeaves) = (!chance(10), chance(2), !chance(4))
        form.returnValue = chance(3) && (form.kernel == .linux66 || form.kernel == .linux71)
        form.caller = chance(3) && form.kernel == .linux71
        form.arguments = chance(2) && form.kernel == .linux71
        // A log's own messages could be a trace's lines if those have no columns.
        form.log =
            chance(4) && form.context && (form.cpu || form.duration) ? Log.allCases.randomElement(using: &random) : nil
        form.lineEnd = chance(4) ? "\r\n" : "\n"
        form.isReport = chance(6)
        form.hasOthers = chance(2)
        return form
    }

    /// Whether the text says how long calls took.
    public var hasDurations: Bool { isReport || (duration && context) }
    /// Whether the text names the task of each line, so that tasks may migrate.
    public var namesTasks: Bool { isReport || (task && context) }
    /// Whether the text names the CPU of each line: then blocks name the tasks.
    public var namesCPUs: Bool { isReport || (cpu && context) }
    /// Whether the text says when a line's event was.
    public var hasTimes: Bool { isReport || (time && context) }

    public var description: String {
        let columns: [(String, Bool)] = [
            ("header", hasHeader), ("time", time), ("cpu", cpu), ("task", task), ("flags", flags),
            ("duration", duration), ("overhead", overhead), ("context", context), ("tail", tail),
            ("leaves", mergesLeaves), ("return value", returnValue), ("caller", caller), ("arguments", arguments),
            ("report", isReport), ("CRLF", lineEnd != "\n"), ("others", hasOthers),
        ]
        return kernel.rawValue + ": " + columns.filter(\.1).map(\.0).joined(separator: ", ")
            + (log.map { ", log \($0)" } ?? "")
    }
}

extension SyntheticTrace {
    public typealias Columns = TextForm

    /// As the kernel or trace-cmd prints it; without the task column with its blocks at each change of a CPU's task.
    public func text(_ form: TextForm) -> String {
        var printer = TracePrinter(form)
        var index = 0
        while index < events.count {
            let exit = form.mergesLeaves ? leafExit(at: index) : nil
            printer.print(events[index], leafExit: exit)
            index += exit == nil ? 1 : 2
        }
        return printer.text
    }

    private func leafExit(at index: Int) -> Event? {
        guard events[index].kind == .entry, index + 1 < events.count else { return nil }
        let (entry, exit) = (events[index], events[index + 1])
        return exit.kind == .exit && exit.tid == entry.tid && exit.cpu == entry.cpu ? exit : nil
    }
}

private struct TracePrinter {
    typealias Event = SyntheticTrace.Event

    let form: TextForm
    var text = ""
    private var current: [Int: Int32] = [:]
    /// By CPU and depth: the function of the last entry, until something else is printed there.
    private var entered: [[Int]: Int] = [:]
    private var count = 0

    init(_ form: TextForm) {
        self.form = form
        guard form.hasHeader else { return }
        if form.isReport {
            emit("cpus=4")
        } else if form.log == nil {
            for line in [
                "# tracer: function_graph", "#", "# CPU  DURATION                  FUNCTION CALLS", "# |     |   |",
            ] {
                emit(line)
            }
        } else {
            for line in ["scsi host0: iSCSI Initiator over TCP/IP", "Dumping ftrace buffer:", ruler] { emit(line) }
        }
    }

    mutating func print(_ event: Event, leafExit: Event?) {
        count += 1
        if !form.isReport, let previous = current[event.cpu], previous != event.tid {
            for line in [" " + ruler, switchLine(event.cpu, previous, event.tid), " " + ruler, ""] { emit(line) }
        }
        current[event.cpu] = event.tid
        if form.hasOthers { printOthers(event) }
        if event.kind == .userEntry || event.kind == .userExit { return emit(userCall(event)) }
        let place = [event.cpu, event.depth]
        let isKnown = entered[place] == event.function
        entered[place] = event.kind == .entry && leafExit == nil ? event.function : nil
        let ended = leafExit ?? (event.kind == .exit ? event : nil)
        let duration = ended.map { $0.returnTime - $0.callTime }
        emit(
            (form.isReport ? report(event) : columns(event)) + cell(duration)
                + body(event, isLeaf: leafExit != nil, isKnown: isKnown))
        if event.kind == .exit, form.hasOthers, count % 5 == 0 { emit(" (Overruns: 0)") }
    }

    private mutating func emit(_ line: String) { text += (form.log?.rawValue ?? "") + line + form.lineEnd }

    // MARK: Columns

    private func columns(_ event: Event) -> String {
        guard form.context else { return "" }
        var line = ""
        if form.time { line += "\(pad(String(event.time / 1_000_000_000), 5)).\(digits(event.time / 1000, 6)) |  " }
        if form.cpu { line += " \(event.cpu)) " }
        if form.task { line += centred("task-\(event.tid)") + " | " }
        if form.flags { line += " " + flags + (isBarred ? " | " : "") }
        return line
    }

    private var flags: String {
        switch form.kernel {
        case .linux310: ["...1", "dNh1", "d.s.", ".N.."][count % 4]
        case .linux42, .linux419: ["...1", "dnH1", "d.sf", ".p.."][count % 4]
        case .linux61, .linux66: ["...1.", "dNh1.", "b.s2b", "D.Z.."][count % 4]
        case .linux71: ["...1.", "dLh1.", "blz2b", "XBs.."][count % 4]
        }
    }

    private var isBarred: Bool { form.kernel != .linux310 && form.kernel != .linux42 && form.kernel != .linux419 }

    /// `          dd-1234  [001] .....  12.345678: funcgraph_entry:     `
    private func report(_ event: Event) -> String {
        reportPlace(event) + (event.kind == .entry ? "funcgraph_entry:" : "funcgraph_exit: ") + "     "
    }

    private func reportPlace(_ event: Event) -> String {
        let place = "[\(digits(UInt64(event.cpu), 3))] " + (form.flags ? flags.prefix(4) + ". " : "")
        let time = "\(pad(String(event.time / 1_000_000_000), 5)).\(digits(event.time / 1000, 6)): "
        return pad("task \(event.tid)", 16) + "-\(event.tid) " + place + time
    }

    /// `|  /* call__libmultipath__domap: (0x7f12345678) */`, or trace-cmd's event.
    private func userCall(_ event: Event) -> String {
        let name = SyntheticTrace.userEventName(event)
        let place = event.kind == .userEntry ? "7f12345678" : "7f87654321 <- 0x7f12345678"
        if form.isReport { return reportPlace(event) + "\(name): (\(place))" }
        return columns(event) + cell(nil) + "/* \(name): (0x\(place)) */"
    }

    /// Mark and duration; `ns` is nil for an entry.
    private func cell(_ ns: UInt64?) -> String {
        guard form.hasDurations else { return "" }
        guard let ns else { return String(repeating: " ", count: form.isReport ? 13 : 14) + "|  " }
        let micros = String(ns / 1000)
        let rest = String(digits(ns, 3).prefix(form.isReport ? 3 : max(0, 7 - micros.count)))
        let value = micros.count < (form.isReport ? 8 : 7) ? micros + "." + rest : micros
        let width = micros.count >= 7 && !form.isReport && form.kernel == .linux310 ? 7 : 8
        return (form.overhead ? mark(ns) : " ") + " " + value + " us "
            + String(repeating: " ", count: max(0, width - value.count))
            + "|  "
    }

    private func mark(_ ns: UInt64) -> String {
        let steps: [(UInt64, String)]
        switch form.kernel {
        case .linux310: steps = [(100_001, "!"), (10_001, "+")]
        case .linux42: steps = [(1_000_000_000, "$"), (1_000_000, "#"), (100_000, "!"), (10_000, "+")]
        default:
            steps = [
                (1_000_000_001, "$"), (100_000_001, "@"), (10_000_001, "*"), (1_000_001, "#"), (100_001, "!"),
                (10_001, "+"),
            ]
        }
        return steps.first { ns >= $0.0 }?.1 ?? " "
    }

    // MARK: Bodies

    /// - Parameter isKnown: the last entry printed on this CPU at this depth is the one that an end belongs to.
    private func body(_ event: Event, isLeaf: Bool, isKnown: Bool) -> String {
        let name = SyntheticTrace.functions[event.function]
        let indent = String(repeating: "  ", count: event.depth)
        let arguments = form.arguments && !form.isReport ? Self.arguments[count % Self.arguments.count] : ""
        if isLeaf { return indent + "\(name)(\(arguments));" + remark(isLeaf: true, "") }
        if event.kind == .entry {
            return indent + "\(name)(\(arguments)) {" + (form.caller ? " /* <-\(Self.caller) */" : "")
        }
        let isNamed = form.tail || ((form.returnValue || !isKnown) && !form.isReport)
        return indent + "}" + (isNamed ? remark(isLeaf: false, name) : "")
    }

    /// What stands behind a leaf or an exit.
    private func remark(isLeaf: Bool, _ name: String) -> String {
        var parts: [String] = isLeaf ? [] : [name]
        if form.caller, isLeaf { parts.append("<-" + Self.caller) }
        if form.returnValue, !form.isReport {
            let value = ["0x0", "-22", "0xffff93fcfd346c00"][count % 3]
            parts.append(form.kernel == .linux66 ? "= " + value : "ret=" + value)
        }
        return parts.isEmpty ? "" : " /* " + parts.joined(separator: " ") + " */"
    }

    private static let caller = "blk_mq_dispatch_rq_list+0x1a/0x60 [mod]"
    private static let arguments = [
        "", "q=0xffff8881, b=-2", "e=1 [REQ_OP_READ], p=(struct bio)[0x1:0x2]", "?0x12, ...", "fn=0x1(0x2), s=\"a);{\"",
        "s=\"no end, n=1",
    ]

    // MARK: Other lines

    private mutating func printOthers(_ event: Event) {
        let start =
            form.isReport
            ? pad("task \(event.tid)", 16) + "-\(event.tid) [\(digits(UInt64(event.cpu), 3))] 12.345678: " : ""
        let empty = form.hasDurations && !form.isReport ? String(repeating: " ", count: 14) + "|  " : ""
        switch count % 11 {
        case 1 where form.isReport: emit(start + "iscsi_dbg_session:    dev: f text }")
        case 1: emit(columns(event) + empty + "  /* event: a=1 { }; f(); */")
        case 3 where !form.isReport:
            emit(columns(event) + empty + "/* iscsi_dbg_session: one {")
            emit("two; }")
            emit(" */")
        case 5 where !form.isReport:
            emit(columns(event) + (empty.isEmpty ? "" : "  ") + "==========>" + (empty.isEmpty ? "" : " |"))
        case 7:
            emit("            task-\(event.tid)     [000] d..1.    12.345678: <stack trace>")
            emit(" => schedule")
            emit(" => do_syscall_64+0x1/0x2")
        case 9: emit("##### CPU 2 buffer started ####")
        default: break
        }
    }

    // MARK: Pieces

    private let ruler = String(repeating: "-", count: 42)

    private func switchLine(_ cpu: Int, _ from: Int32, _ to: Int32) -> String {
        " \(cpu)) \(centred("task-\(from)")) => \(centred("task-\(to)")) "
    }

    private func centred(_ text: String) -> String {
        let spaces = max(0, 14 - text.count)
        return String(repeating: " ", count: spaces / 2) + text + String(repeating: " ", count: spaces - spaces / 2)
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The last `count` digits.
    private func digits(_ number: UInt64, _ count: Int) -> String {
        String((String(repeating: "0", count: count) + String(number)).suffix(count))
    }
}
