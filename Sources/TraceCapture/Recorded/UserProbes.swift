import Glibc
import TraceFormat

/// Probes at the functions of a flow's user side, at their entries and returns, in the files that its process has mapped.
///
/// The events' names tell readers of the trace what they are, see ``ProbeName``; each is
/// recorded for every process that runs the file, such as the `multipath` command beside multipathd.
struct UserProbes: RecordedKind {
    static let noun = "user probe"
    static let unmeasuredCost: String? = "the probes in user space, which cost more each"
    /// The kernel's list of them.
    private static let list = "uprobe_events"

    struct Function: Hashable {
        let object: String
        /// Its name in the source.
        let name: String

        var description: String { "\(name) [\(object)]" }
    }

    struct Probe: Equatable {
        let function: Function
        /// `FILE:0xOFFSET`, as the kernel takes it.
        let place: String
    }

    /// A function that is not traced, and why.
    struct Missing: Equatable {
        let function: Function
        let reason: String
        /// Whether it is known to be in some versions only.
        let isOfOtherVersion: Bool
    }

    let flow: String
    let wanted: [String]
    let probes: [Probe]
    let missing: [Missing]
    let replaced: [(function: Function, by: String)]
    /// What can be seen of the files, a line each.
    let visibility: [String]
    private let program: String
    /// Why there is nothing at all to record; nil if there is.
    private let absence: String?
    private let processes: [UserProcess]
    private let threads: ThreadNames

    /// - Throws: `.probesMissing`, and what the other initializer throws.
    init?(_ flow: Flow, on kernel: TracedKernel) throws(CaptureError) {
        guard let user = flow.user else { return nil }
        guard kernel.files.exists(Self.list) || user.isOptional else {
            throw CaptureError(.probesMissing("uprobe"), path: kernel.files.path(Self.list))
        }
        try self.init(
            user, flow: flow.name, proc: kernel.proc, release: kernel.release,
            obstacle: kernel.files.exists(Self.list) ? nil : "this kernel has no uprobe events")
    }

    /// - Parameters:
    ///   - proc: where proc is mounted.
    ///   - obstacle: why nothing in user space can be recorded.
    /// - Throws: `.processNotRunning` and `.userFunctionsNotVisible` where the user side is no option, `.readFailed`.
    init(
        _ user: Flow.UserSide, flow: String, proc: String = "/proc", release: KernelRelease = .running,
        obstacle: String? = nil
    ) throws(CaptureError) {
        self.flow = flow
        wanted = user.functions.map(\.function)
        program = user.process
        processes = obstacle == nil ? try UserProcess.running(program, proc: proc) : []
        if processes.isEmpty && !user.isOptional { throw CaptureError(.processNotRunning(user.process, flow: flow)) }
        let absence = obstacle ?? (processes.isEmpty ? "\(program) does not run" : nil)
        self.absence = absence
        let objects = Self.objects(of: processes, named: Set(user.functions.map(\.object)))
        visibility = objects.map(\.description)
        threads = ThreadNames(
            (user.threads ?? []).map { ThreadNames.Marker(name: $0.name, functions: $0.functions) }, in: objects)

        var probes: [Probe] = []
        var missing: [Missing] = []
        var replaced: [(Function, String)] = []
        for wanted in user.functions {
            let function = Function(object: wanted.object, name: wanted.function)
            let names = [wanted.function] + (wanted.instead ?? [])
            guard let name = names.first(where: { !Self.places(of: $0, wanted.object, objects).isEmpty }) else {
                missing.append(
                    Missing(
                        function: function, reason: Self.reason(wanted, objects, absence: absence),
                        isOfOtherVersion: wanted.versions != nil))
                continue
            }
            if name != wanted.function { replaced.append((function, name)) }
            let found = Function(object: wanted.object, name: name)
            guard Self.event(.entry, found).utf8.count <= ProbeName.maxSize else {
                missing.append(
                    Missing(
                        function: function, reason: "its name is too long for a probe", isOfOtherVersion: false))
                continue
            }
            let places = Self.places(of: name, wanted.object, objects)
            if release < TracedKernel.severalPlaces && places.count > 1 {
                missing.append(
                    Missing(
                        function: function, reason: "of its \(places.count) places, this kernel takes one",
                        isOfOtherVersion: false))
            }
            let taken = release < TracedKernel.severalPlaces ? places.prefix(1) : places[...]
            probes += taken.map { Probe(function: found, place: $0) }
        }
        if probes.isEmpty, !user.isOptional { throw CaptureError(.userFunctionsNotVisible(user.process, flow: flow)) }
        (self.probes, self.missing, self.replaced) = (probes.uniqued(), missing, replaced)
    }

    /// The files of the processes with one of these names, each once.
    private static func objects(of processes: [UserProcess], named names: Set<String>) -> [MappedObject] {
        var seen: Set<FileIdentity> = []
        return processes.flatMap { process in
            process.files.filter { names.contains($0.name) && seen.insert($0.identity).inserted }
                .map { MappedObject($0, of: process) }
        }
    }

    private static func places(of name: String, _ object: String, _ objects: [MappedObject]) -> [String] {
        objects.filter { $0.file.name == object }.flatMap { object in
            object.entryPoints(of: name).map { "\(object.file.openPath):0x\(String($0.fileOffset, radix: 16))" }
        }
    }

    private static func reason(_ wanted: Flow.UserSide.Function, _ objects: [MappedObject], absence: String?) -> String
    {
        if let absence { return absence }
        let versions = wanted.versions.map { " (\($0))" } ?? ""
        guard let object = objects.first(where: { $0.file.name == wanted.object }) else {
            return "\(wanted.object) is not mapped\(versions)"
        }
        switch object.visibility {
        case .all, .debugFile: return "not in this version, or inlined\(versions)"
        case .exportedOnly, .unreadable: return "not visible, or not in this version\(versions)"
        }
    }

    // MARK: Setting

    private static func event(_ kind: ProbeName.Kind, _ function: Function) -> String {
        ProbeName.text(kind, object: function.object, function: function.name)
    }

    static func arm(
        _ things: [UserProbes], _ arming: borrowing Arming, state: inout TracefsState
    ) throws(CaptureError) -> Armed { try arm(things, state: &state) }

    /// Sets the probes of all flows, on; what several of them have is set once.
    static func arm(_ flows: [UserProbes], state: inout TracefsState) throws(CaptureError) -> Armed {
        let probes = flows.flatMap(\.probes).uniqued()
        let lines = probes.flatMap { probe in
            [("p", ProbeName.Kind.entry), ("r", .exit)].map { type, kind in
                let event = event(kind, probe.function)
                return (name: event, definition: "\(type):\(ProbeList.group)/\(event) \(probe.place)")
            }
        }
        if lines.isEmpty { return Armed(noun: noun) }
        if let refused = try state.addProbes(list, lines).first {
            throw CaptureError(.writeFailed(value: refused.entry), path: state.path(list), errno: refused.errno)
        }
        return Armed(noun: noun, count: probes.count)
    }

    // MARK: Threads

    /// The threads of the processes by their numbers, as `PROGRAM[WHAT IT RUNS]`. Those that end meanwhile are left out.
    func threadNames() -> [Int32: String] {
        processes.reduce(into: [:]) { names, process in
            let running = (try? threads.names(of: process)) ?? [:]
            names.merge(running.mapValues { "\(program)[\($0)]" }) { _, new in new }
        }
    }
}

extension UserProbes {
    /// What is traced in user space, and what is not, and then what can be seen of the files.
    var lines: [String] {
        if let absence { return ["\(flow): without user space, since \(absence)"] }
        let traced = probes.map(\.function).uniqued().map(\.description)
        var parts = ["tracing in user space \(traced.joined(separator: ", "))"]
        parts += replaced.map { "\($0.by) instead of \($0.function.name)" }
        // What other versions have is no loss; dmflow flows lists it.
        let lost = missing.filter { !$0.isOfOtherVersion }
        if !lost.isEmpty {
            parts.append("not visible: \(lost.map(\.function.description).joined(separator: ", "))")
        }
        return [parts.joined(separator: "; ")] + visibility
    }

    var recorded: [String] { probes.map { "\($0.function.description), in user space" } }
    var treeRoots: [String] { probes.map(\.function.name) }

    func unrecorded(on kernel: TracedKernel) -> [Unrecorded] {
        replaced.map { Unrecorded(name: $0.function.description, cause: .replaced(by: $0.by)) }
            + missing.map {
                Unrecorded(name: $0.function.description, cause: .other($0.reason, isLoss: !$0.isOfOtherVersion))
            }
    }

    static func findings(_ examination: Examination) -> [Finding] {
        [
            examination.probes(
                "uprobe", use: "for multipathd's functions", loss: "multipathd's side cannot be traced")
        ]
    }
}

extension Array where Element: Equatable {
    /// Each element once, where it is first.
    fileprivate func uniqued() -> [Element] {
        var kept: [Element] = []
        for element in self where !kept.contains(element) { kept.append(element) }
        return kept
    }
}
