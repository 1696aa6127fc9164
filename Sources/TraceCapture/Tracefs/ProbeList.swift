import TraceFormat

/// Probes of dmflow's in one of the kernel's lists of them.
struct ProbeList: Codable, Equatable {
    /// The group of all probes that dmflow sets.
    static let group = ProbeName.group

    /// The lists. The last has those of the others, too, and is used for what has no list of its own.
    static let files = ["kprobe_events", "uprobe_events", "dynamic_events"]

    /// With which the names of events begin that readers take for calls in user space, and those of dmflow's other probes.
    static let reservedPrefixes =
        [ProbeName.Kind.entry, .exit].map { "\($0.prefix)" } + ["stop_", "prove_"]

    /// Whether a flow may give an event this name, as far as the kernel and dmflow itself are concerned.
    static func canBeNamed(_ name: String) -> Bool {
        name.utf8.count <= ProbeName.maxSize && !reservedPrefixes.contains(where: name.hasPrefix)
    }

    let file: String
    let names: [String]

    /// The group's probes in a list, whose lines begin with `p:dmflow/NAME`, `r16:dmflow/NAME` or `f:dmflow/NAME`. Those that are in
    /// `dynamic_events` and in a list of their own, count for that.
    static func names(in file: String, of files: any TracingFiles) throws(CaptureError) -> [String] {
        let group = ":\(group)/"
        return try files.read(file).lines.compactMap { line in
            let head = line.prefix { $0 != " " }
            if file == "dynamic_events" && !isFprobe(line) { return nil }
            guard let colon = head.firstIndex(of: ":"), head[colon...].hasPrefix(group) else { return nil }
            return String(head[colon...].dropFirst(group.count))
        }
    }

    /// Whether a line of `dynamic_events` is an fprobe's or one of the same kind at a tracepoint.
    static func isFprobe(_ line: Substring) -> Bool { line.first.map { "ft".contains($0) } ?? false }

    /// Switches the probes off, which cannot be removed while they are on, and removes those that there are.
    ///
    /// - Returns: whether all are gone.
    func remove(from files: any TracingFiles) -> Bool {
        guard let present = try? Self.names(in: file, of: files) else { return !files.exists(file) }
        var isGone = true
        for name in names where present.contains(name) {
            try? files.write("events/\(Self.group)/\(name)/enable", "0")
            do throws(CaptureError) { try files.append(file, "-:\(Self.group)/\(name)") } catch { isGone = false }
        }
        return isGone
    }
}
