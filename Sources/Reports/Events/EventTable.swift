import GraphParser

/// A kind of event that an analyzer reads.
protocol ReadEvent: RawRepresentable<Int>, CaseIterable, Sendable {
    /// The event's name in a trace.
    var name: String { get }
    /// The fields that are read of it, in the order of their numbers.
    var fields: [String] { get }
}

/// The events that an analyzer reads, and their fields where the trace has them: looked up once, read in each event.
struct EventTable<Kind: ReadEvent> {
    /// One event, with what it takes to read it.
    struct Reading {
        let event: TraceEvent
        fileprivate let fields: [EventField?]

        /// A field by its number in ``ReadEvent/fields``; nil where the trace or the event lacks it, or the kind has none of that number.
        private func field(_ index: Int) -> EventField? { fields.indices.contains(index) ? fields[index] : nil }

        func callAsFunction(_ index: Int) -> UInt64? { field(index)?.unsigned(event) }
        func string(_ index: Int) -> String? { field(index)?.string(event) }
        func bytes(_ index: Int) -> [UInt8]? { field(index)?.bytes(event) }
        func device(_ index: Int) -> BlockDevice? { self(index).map { BlockDevice(number: Int64(bitPattern: $0)) } }
        func signed(_ index: Int) -> Int64? { self(index).map { Int64(bitPattern: $0) } }
        func word(_ index: Int) -> UInt32? { self(index).map { UInt32(truncatingIfNeeded: $0) } }
        func byte(_ index: Int) -> UInt8 { self(index).map { UInt8(truncatingIfNeeded: $0) } ?? 0 }

        func device(_ major: Int, _ minor: Int) -> BlockDevice? {
            guard let major = self(major), let minor = self(minor), major < 1 << 12, minor < 1 << 20 else { return nil }
            return BlockDevice(major: Int(major), minor: Int(minor))
        }

        /// Host, channel, target and LUN in four fields, from this one on.
        func address(from index: Int) -> SCSIAddress? {
            guard let host = self(index), let channel = self(index + 1), let target = self(index + 2),
                let lun = self(index + 3)
            else { return nil }
            return SCSIAddress(
                host: Int64(bitPattern: host), channel: Int64(bitPattern: channel),
                target: Int64(bitPattern: target), lun: Int64(bitPattern: lun))
        }
    }

    static var names: [String] { Kind.allCases.map(\.name) }

    private let fields: [[EventField?]]
    private let kindOfName: [String: Kind]
    /// By the number of an event's type.
    private var kinds: [Int8] = []
    private static var unknown: Int8 { -2 }
    private static var none: Int8 { -1 }

    init(_ trace: TraceContext) {
        fields = Kind.allCases.map { kind in kind.fields.map { trace.field($0, of: kind.name) } }
        kindOfName = Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0.name, $0) })
    }

    /// Whether the trace's own description has a field. A text has none, and any field may come.
    func has(_ kind: Kind, field: Int) -> Bool { fields[kind.rawValue][field] != nil }

    mutating func kind(of event: TraceEvent) -> Kind? {
        let type = event.type
        if type >= kinds.count { kinds.append(contentsOf: repeatElement(Self.unknown, count: type + 1 - kinds.count)) }
        if kinds[type] == Self.unknown {
            kinds[type] = kindOfName[event.name].map { Int8($0.rawValue) } ?? Self.none
        }
        return Kind(rawValue: Int(kinds[type]))
    }

    func reading(_ event: TraceEvent, _ kind: Kind) -> Reading { Reading(event: event, fields: fields[kind.rawValue]) }
}
