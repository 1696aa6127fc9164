/// What `dmflow capture` knew of its recording: what it was, what tracing cost, and what got done meanwhile.
///
/// It stands in a trace.dat among the statistics of the CPUs, where `trace-cmd report --stat` shows it, in an option of its own, as
/// lines `name: value` behind `dmflow:`. What a file does not tell is nil.
public struct RecordingStats: Codable, Equatable, Sendable {
    /// Nanoseconds that tracing was on.
    public var durationNs: UInt64?
    /// Nanoseconds of CPU time that the recorder took meanwhile.
    public var recorderCPUNs: UInt64?
    /// Nanoseconds before its end that were to be kept; nil for all.
    public var keptNs: UInt64?
    /// Nanoseconds that recording one call took, its entry and its exit, measured before the recording.
    public var callCostBeforeNs: UInt64?
    /// The same, measured after it.
    public var callCostAfterNs: UInt64?
    /// Requests that the multipath devices completed meanwhile.
    public var multipathRequests: UInt64?
    /// Whether interrupts were recorded.
    public var interrupts: Bool?
    /// Which functions could be recorded at all: modules in brackets, and names that may end with `*`; `*` alone for all.
    public var scope: [String]?
    /// The names of the functions at which trees were to begin, in user space too.
    public var roots: Set<String>?
    /// When tracing was turned on: nanoseconds since 1970 by the machine's real-time clock.
    public var startNs: UInt64?
    /// The same moment on the trace clock: by the two, each event has a time of day. nil where that clock could not be read.
    public var startOnClockNs: UInt64?
    /// The machine's name.
    public var host: String?
    /// The kernel's random number of its boot, as `/proc/sys/kernel/random/boot_id` has it.
    public var bootID: String?
    /// The recorder's own arguments, as ``CommandLineText`` writes them.
    public var commandLine: String?
    /// The flows that were asked for.
    public var flows: [String]?

    /// How much of each kind of things was recorded, in the order in which it was armed.
    public var kinds: [KindCount]?
    /// Calls that kernel probes were passed over for, by their events: they are in no page, and not among what a CPU lost.
    public var missedByProbes: [String: UInt64]?
    /// Bytes of the recorded kernel's `struct request`. What a driver keeps of a request lies right behind it: a SCSI command, dm's
    /// clone; so the pointers of the one are those of the other, and this many bytes more.
    public var requestSize: UInt64?

    /// With nothing known.
    /// Nothing is known.
    public init() {}

    /// How many things of one kind were recorded, and how many the kernel has and did not take.
    public struct KindCount: Codable, Equatable, Sendable {
        /// `graph-root`, `tracepoint`, `kernel-probe`, `user-probe`; other recorders may have others.
        public let kind: String
        /// How many were recorded.
        public let armed: Int
        /// How many were asked for and could not be.
        public let refused: Int

        /// - Parameters:
        ///   - kind: its name.
        ///   - armed: how many were recorded.
        ///   - refused: how many were asked for and could not be.
        public init(kind: String, armed: Int, refused: Int) {
            (self.kind, self.armed, self.refused) = (kind, armed, refused)
        }
    }

    /// Whether trees of the kernel's calls were recorded, as far as is told.
    package var hasGraph: Bool {
        kinds.map { $0.contains { $0.kind == "graph-root" && $0.armed > 0 } } ?? !(roots?.isEmpty ?? true)
    }

    /// The higher of the two costs, which an estimate should not be below; nil if neither was measured.
    public var callCostNs: UInt64? { [callCostBeforeNs, callCostAfterNs].compactMap(\.self).max() }
}

// MARK: - In a trace.dat

extension RecordingStats {
    /// - Parameter content: of ``TraceDatOption/cpuStatistics``.
    /// - Returns: nil if the statistics are a CPU's.
    package init?(option content: [UInt8]) {
        let head = Self.head.utf8
        guard content.starts(with: head), content.count == head.count || [0x0a, 0].contains(content[head.count]) else {
            return nil
        }
        for value in NamedValue.lines(content.dropFirst(head.count)) {
            Self.lines.first { $0.name == value.name }?.decode(&self, value)
        }
    }

    /// The content of the option.
    package var option: [UInt8] {
        let values = Self.lines.compactMap { line in line.encode(self).map { "\(line.name): \($0)" } }
        return Array((([Self.head] + values).joined(separator: "\n") + "\n\0").utf8)
    }

    private static let head = "dmflow:"

    /// A line of the option, read and written.
    private struct Line: Sendable {
        let name: String
        /// nil leaves the line out.
        let encode: @Sendable (RecordingStats) -> String?
        let decode: @Sendable (inout RecordingStats, NamedValue) -> Void
    }

    /// All lines, in the order of the option.
    private static let lines: [Line] = [
        number("recorded for", \.durationNs, unit: " ns"),
        number("recorder's CPU time", \.recorderCPUNs, unit: " ns"),
        number("kept of it", \.keptNs, unit: " ns"),
        number("call cost before", \.callCostBeforeNs, unit: " ns"),
        number("call cost after", \.callCostAfterNs, unit: " ns"),
        number("multipath requests", \.multipathRequests),
        Line(name: "interrupts") { stats in
            stats.interrupts.map { $0 ? "recorded" : "not recorded" }
        } decode: { stats, value in
            stats.interrupts = value.words.first?.elementsEqual("recorded".utf8)
        },
        Line(name: "functions") { stats in
            stats.scope.flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") }
        } decode: { stats, value in
            stats.scope = value.words.map { printable($0) }
        },
        Line(name: "roots") { stats in
            stats.roots.flatMap { $0.isEmpty ? nil : $0.sorted().joined(separator: " ") }
        } decode: { stats, value in
            stats.roots = Set(value.words.map { printable($0) })
        },
        number("started", \.startNs, unit: " ns since 1970"),
        number("started on the trace clock", \.startOnClockNs, unit: " ns"),
        text("host", \.host),
        text("boot id", \.bootID),
        text("command line", \.commandLine),
        Line(name: "flows") { stats in
            stats.flows.flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") }
        } decode: { stats, value in
            stats.flows = value.words.map { printable($0) }
        },
        Line(name: "armed and refused") { stats in
            stats.kinds.flatMap {
                $0.isEmpty ? nil : $0.map { "\($0.kind)=\($0.armed)/\($0.refused)" }.joined(separator: " ")
            }
        } decode: { stats, value in
            stats.kinds = value.pairs.compactMap { kind, counts in
                let numbers = counts.split(separator: "/").map { Int($0) }
                guard numbers.count == 2, let armed = numbers[0], let refused = numbers[1] else { return nil }
                return KindCount(kind: kind, armed: armed, refused: refused)
            }
        },
        Line(name: "missed by probes") { stats in
            stats.missedByProbes.flatMap { missed in
                missed.isEmpty
                    ? nil : missed.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            }
        } decode: { stats, value in
            let counts = value.pairs.compactMap { event, count in UInt64(count).map { (event, $0) } }
            stats.missedByProbes = Dictionary(counts) { first, _ in first }
        },
        number("request size", \.requestSize, unit: " bytes"),
    ]

    private typealias Place<Value> = WritableKeyPath<RecordingStats, Value?> & Sendable

    private static func number(_ name: String, _ place: any Place<UInt64>, unit: String = "") -> Line {
        Line(name: name) {
            $0[keyPath: place].map { "\($0)\(unit)" }
        } decode: {
            $0[keyPath: place] = $1.number
        }
    }

    private static func text(_ name: String, _ place: any Place<String>) -> Line {
        Line(name: name) { stats in
            // In one line, whatever it is.
            stats[keyPath: place].map { printable($0) }
        } decode: { stats, value in
            stats[keyPath: place] = value.value.isEmpty ? nil : printable(value.value)
        }
    }
}

extension NamedValue {
    /// Words of the form `name=value`.
    fileprivate var pairs: [(name: String, value: String)] {
        words.compactMap { word in
            guard let sign = word.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            return (printable(word[..<sign]), printable(word[(sign + 1)...]))
        }
    }
}

/// A command with its arguments in one line, as a shell takes it.
public enum CommandLineText {
    /// Bytes that are kept of it; what goes beyond is cut off behind an argument, and `…` tells that.
    public static let maxSize = 4096

    /// - Parameter arguments: of any bytes; what is not printable is written by its number.
    public static func text(_ arguments: [RawString]) -> String {
        var text = ""
        for argument in arguments {
            let next = (text.isEmpty ? "" : " ") + quoted(argument)
            guard text.utf8.count + next.utf8.count <= maxSize - 4 else { return text + " …" }
            text += next
        }
        return text
    }

    private static func quoted(_ argument: RawString) -> String {
        let shown = argument.description
        // `$'…'` is what gives escapes their meaning.
        if shown != String(decoding: argument.bytes, as: UTF8.self) {
            return "$'" + shown.replacing("'", with: #"\'"#) + "'"
        }
        let isPlain = !shown.isEmpty && shown.utf8.allSatisfy(isPlain)
        return isPlain ? shown : "'" + shown.replacing("'", with: #"'\''"#) + "'"
    }

    /// Whether a shell takes a byte as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: "_-+./:,=@%^".utf8.contains(byte)
        }
    }
}

extension String {
    fileprivate func replacing(_ character: Character, with text: String) -> String {
        reduce(into: "") { $0 += $1 == character ? text : String($1) }
    }
}
