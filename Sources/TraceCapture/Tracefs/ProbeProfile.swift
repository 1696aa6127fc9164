/// How often each kernel probe was hit, and how often it was passed over: `kprobe_profile`.
///
/// A probe is passed over where it is hit within the handler of another, as by an interrupt, and at a return where more calls are
/// under way than it can follow. The events are named without their groups.
struct ProbeProfile {
    private(set) var hits: [String: UInt64] = [:]
    private(set) var missed: [String: UInt64] = [:]

    static let file = "kprobe_profile"

    /// Nothing of those that the kernel does not show just now.
    init(_ files: any TracingFiles) {
        // `  stop_12_0     hits     missed`
        for fields in ((try? files.read(Self.file)) ?? "").lines.map({ $0.split(separator: " ") })
        where fields.count >= 2 {
            hits[String(fields[0])] = UInt64(fields[1])
            if fields.count >= 3 { missed[String(fields[0])] = UInt64(fields[2]) }
        }
    }

    /// Calls that these events are short of, since earlier.
    func missed(of events: [String], since earlier: ProbeProfile) -> [(event: String, count: UInt64)] {
        events.compactMap { event in
            let (now, before) = (missed[event, default: 0], earlier.missed[event, default: 0])
            return now > before ? (event, now - before) : nil
        }
    }
}
