import Glibc

/// Everything that a capture changes in tracefs, and the way back.
///
/// A file is saved when it is first changed, before it is; `restore()` puts the saved contents back in reverse order.
/// So whatever the point at which a capture fails, exactly what was touched is undone. What is saved goes into a `Journal`
/// first, for a capture that is killed.
///
/// One thing cannot be undone. A machine that never traced shows `7 (expanded: 1408)` in `buffer_size_kb`: a few
/// pages, to grow to 1408 KiB on first use. The kernel has no way back to that promise, and 7 KiB without it would
/// cripple the next tracer; such a buffer is left at its expanded size, as after any first use.
struct TracefsState {
    private let files: any TracingFiles
    private let journal: Journal?
    private var saved: [SavedFile]
    private var instances: [String]
    private var probes: [ProbeList]
    /// Where the tracer and the ring buffer are.
    private(set) var place = TracingPlace.topLevel

    /// - Parameters:
    ///   - journal: gets what is saved; nil in tests.
    ///   - saved: what a capture that was killed had saved.
    ///   - instances: those that it had made.
    ///   - probes: those that it had set.
    init(
        _ files: any TracingFiles, journal: Journal? = nil, saved: [SavedFile] = [], instances: [String] = [],
        probes: [ProbeList] = []
    ) {
        self.files = files
        self.journal = journal
        self.saved = saved
        self.instances = instances
        self.probes = probes
    }

    /// Whether there is anything to restore.
    var isChanged: Bool { !saved.isEmpty || !instances.isEmpty || !probes.isEmpty }

    /// Whether what was recorded is in the ring buffer of the top level, which was empty before.
    var usedTopLevelBuffer: Bool { saved.contains { $0.file == "current_tracer" || $0.file == "tracing_on" } }

    /// The names of what is changed.
    var changed: [String] {
        instances.map { "instances/\($0)" } + probes.map(\.file) + saved.map(\.file)
    }

    func path(_ file: String) -> String { files.path(file) }

    // MARK: Place

    /// Makes an instance and records there, if function_graph can run in it or is not needed. What is set in an instance is not
    /// saved: it goes with the instance.
    ///
    /// - Returns: false if it cannot; the instance is then gone.
    mutating func makeInstance(_ name: String, forGraph: Bool = true) throws(CaptureError) -> Bool {
        try journal?.append(.instance(name))
        instances.append(name)
        do throws(CaptureError) { try files.makeDirectory("instances/\(name)") } catch {
            // Then it is another's.
            if error.errno == EEXIST { instances.removeLast() }
            throw error
        }
        let place = TracingPlace(instance: name)
        let tracers = try files.read(place.file("available_tracers")).split(separator: " ")
        if !forGraph || tracers.contains("function_graph") {
            self.place = place
            return true
        }
        try files.removeDirectory("instances/\(name)")
        instances.removeLast()
        return false
    }

    // MARK: Events

    /// Records an event of the kernel's.
    ///
    /// - Parameters:
    ///   - event: its directory below `events`, `SYSTEM/EVENT`.
    ///   - filter: in the kernel's words; nil to record all of them.
    mutating func enableEvent(_ event: String, filter: String?) throws(CaptureError) {
        let (switching, filtering) = (place.file("events/\(event)/enable"), place.file("events/\(event)/filter"))
        // Before the event is on, or others would be recorded.
        if files.exists(filtering), filter != nil || place == .topLevel {
            let isRight = { (shown: String) in filter == nil && SavedFile.isNoFilter(shown) }
            if try save(filtering, as: .eventFilter, unless: isRight) {
                try files.write(filtering, filter ?? SavedFile.noFilter)
            }
        }
        // What is on is part of the list of all that are. If that is saved, and so emptied, it brings this one back, too.
        if saved.contains(where: { $0.file == place.file("set_event") }) { return try files.write(switching, "1") }
        if try save(switching, as: .eventSwitch, unless: { $0.trimmed == "1" }) { try files.write(switching, "1") }
    }

    /// Adds probes to a list of them, and records their events.
    ///
    /// - Parameter probes: the names of the events, and the lines that define them; several may share an event.
    /// - Returns: the lines that the kernel refused.
    /// - Throws: `.probesExist` if there are some of this group, which are not this capture's.
    mutating func addProbes(
        _ file: String, _ probes: [(name: String, definition: String)]
    ) throws(CaptureError) -> [RefusedEntry] {
        if !self.probes.contains(where: { $0.file == file }), try !ProbeList.names(in: file, of: files).isEmpty {
            throw CaptureError(.probesExist(group: ProbeList.group), path: files.path(file))
        }
        let added = ProbeList(file: file, names: Set(probes.map(\.name)).sorted())
        try journal?.append(.probes(added))
        self.probes.append(added)
        var refused: [RefusedEntry] = []
        for probe in probes {
            do throws(CaptureError) { try files.append(file, probe.definition) } catch {
                let explanation = ErrorLog.reason(for: probe.definition, in: files)
                refused.append(RefusedEntry(entry: probe.definition, errno: error.errno, explanation: explanation))
            }
        }
        let set = probes.filter { probe in !refused.contains { $0.entry == probe.definition } }
        for name in Set(set.map(\.name)).sorted() {
            guard let error = try enable(ProbeList(file: file, names: [name])) else { continue }
            refused += set.filter { $0.name == name }.map { RefusedEntry(entry: $0.definition, errno: error.errno) }
        }
        return refused
    }

    /// Some probes are defined, and refused only when they are to record. They are removed then: their names may be needed.
    private func enable(_ probe: ProbeList) throws(CaptureError) -> CaptureError? {
        do throws(CaptureError) {
            for name in probe.names { try files.write(place.file("events/\(ProbeList.group)/\(name)/enable"), "1") }
            return nil
        } catch {
            guard case .writeFailed = error.problem, probe.remove(from: files) else { throw error }
            return error
        }
    }

    // MARK: Changing

    /// Sets a file that holds one value. A file that holds it already is not touched.
    mutating func set(_ file: String, to value: String) throws(CaptureError) {
        if try save(file, as: .value, unless: { $0.trimmed == value }) { try files.write(file, value) }
    }

    /// Sets a file that not every kernel has.
    mutating func setIfPresent(_ file: String, to value: String) throws(CaptureError) {
        if files.exists(file) { try set(file, to: value) }
    }

    /// Sets an option of function_graph. Kernels that have it in an instance may still share it with the top level, so that is
    /// saved too.
    mutating func setGraphOption(_ file: String, to value: String) throws(CaptureError) {
        try setIfPresent(file, to: value)
        if place != .topLevel { try setIfPresent(place.file(file), to: value) }
    }

    /// Sets a file that shows its choices, to the first of these that it offers.
    ///
    /// - Returns: the choice taken, or the one in force when the file offers none of them.
    @discardableResult
    mutating func choose(_ file: String, _ preferences: [String]) throws(CaptureError) -> String {
        let shown = try files.read(file)
        let offered = shown.split(separator: " ").map { $0.trimming("[]") }
        let current = SavedFile.currentChoice(in: shown)
        guard let choice = preferences.first(where: offered.contains) else { return current }
        if try save(file, as: .choice, unless: { SavedFile.currentChoice(in: $0) == choice }) {
            try files.write(file, choice)
        }
        return choice
    }

    /// Sets the buffer of each of these CPUs.
    mutating func setBufferSizes(_ kilobytes: Int, cpus: [Int]) throws(CaptureError) {
        // The first change to any of them is what turns the promise of a size into that size.
        let promised = BufferSize(text: try files.read(place.file("buffer_size_kb"))).expanded
        let form = promised.map(SavedFile.Form.expandedTo) ?? .value
        for cpu in cpus {
            let file = place.file("per_cpu/cpu\(cpu)/buffer_size_kb")
            let isRight = { (text: String) in promised == nil && BufferSize(text: text).kilobytes == kilobytes }
            if try save(file, as: form, unless: isRight) { try files.write(file, String(kilobytes)) }
        }
    }

    /// Fills a filter file with these indices, or with the names on kernels that take none.
    mutating func setFilter(
        _ file: String, indices: [String], names: () -> [String]
    ) throws(CaptureError) {
        _ = try save(file, as: .filterList, unless: { _ in false })
        try files.writeFilter(file, indices: indices, names: names)
    }

    /// Fills a graph list with these names.
    mutating func setGraphList(_ file: String, _ names: [String]) throws(CaptureError) {
        _ = try save(file, as: .graphList, unless: { _ in false })
        try files.writeNames(file, names)
    }

    /// Empties a list that not every kernel has; one that is empty is not touched.
    mutating func clearList(_ file: String, graph: Bool) throws(CaptureError) {
        guard files.exists(file) else { return }
        let form: SavedFile.Form = graph ? .graphList : .filterList
        if try save(file, as: form, unless: { FunctionList(text: $0).functions.isEmpty }) {
            _ = try files.writeList(file, [])
        }
    }

    /// Makes a mask of CPUs, in hexadecimal digits and commas, hold all of these.
    mutating func widenMask(_ file: String, cpus: [Int]) throws(CaptureError) {
        guard files.exists(file) else { return }
        let isWide = { (mask: String) in mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) } >= cpus.count
        }
        if try save(file, as: .value, unless: isWide) { try files.write(file, Self.mask(cpus)) }
    }

    /// Groups of 32 bits, the highest first, as the kernel reads them.
    private static func mask(_ cpus: [Int]) -> String {
        var groups = [UInt32](repeating: 0, count: (cpus.max() ?? 0) / 32 + 1)
        for cpu in cpus { groups[cpu / 32] |= 1 << UInt32(cpu % 32) }
        return groups.reversed().map { String($0, radix: 16) }.joined(separator: ",")
    }

    /// Empties a list of events or tasks that not every kernel has.
    mutating func clearLines(_ file: String) throws(CaptureError) {
        guard files.exists(file) else { return }
        if try save(file, as: .lines, unless: { SavedFile.lines($0).isEmpty }) { _ = try files.writeList(file, []) }
    }

    /// Saves a file's content once.
    ///
    /// - Returns: whether the file is to be written: false when it was never saved and is right as it is.
    private mutating func save(
        _ file: String, as form: SavedFile.Form, unless isRight: (String) -> Bool
    ) throws(CaptureError) -> Bool {
        if saved.contains(where: { $0.file == file }) { return true }
        if place != .topLevel && place.contains(file) { return true }
        let content = String(decoding: try files.readBytes(file), as: UTF8.self)
        if isRight(content) { return false }
        let before = SavedFile(file: file, content: content, form: form)
        try journal?.append(.setting(before))
        saved.append(before)
        return true
    }

    // MARK: Restoring

    /// Puts everything back, the last change first. A file that fails does not keep the others from being restored.
    ///
    /// - Returns: the files that could not be put back, or do not show afterwards what they showed before.
    mutating func restore() -> [String] {
        let changes = saved.reversed()
        let left =
            instances.map { "instances/\($0)" }.filter { !removing($0) }
            + probes.filter { !$0.remove(from: files) }.map(\.file)
        (saved, instances, probes, place) = ([], [], [], .topLevel)
        var failed = left + changes.filter { !$0.restore(in: files) }.map(\.file)
        for change in changes where !failed.contains(change.file) {
            if !change.isShown(in: files) { failed.append(change.file) }
        }
        return failed
    }

    private func removing(_ instance: String) -> Bool {
        if !files.exists(instance) { return true }
        do { try files.removeDirectory(instance) } catch { return false }
        return true
    }
}
