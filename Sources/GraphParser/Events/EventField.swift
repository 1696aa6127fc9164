import TraceFormat

/// A field of the events of one name, wherever they were read from: found once with ``TraceContext/field(_:of:)``, read in each.
public struct EventField: Sendable {
    enum Access: Sendable {
        case record(FieldFormat)
        case text(TextField)
    }

    /// Where a number stands in the records of a type: what nearly all fields are that are read of each event.
    private struct Number {
        let type: Int32
        let offset: Int
        let size: Int
        /// Bits of 64 that it has not.
        let unused: Int
        let isSigned: Bool
    }

    /// For each type of the name, how the field is read.
    private let accesses: [(type: Int32, access: Access)]
    /// nil where it takes more to read it.
    private let number: Number?

    init(accesses: [(type: Int32, access: Access)]) {
        self.accesses = accesses
        guard accesses.count == 1, case .record(let field) = accesses[0].access, field.isNumber else {
            number = nil
            return
        }
        number = Number(
            type: accesses[0].type, offset: field.offset, size: field.size, unused: 64 - 8 * field.size,
            isSigned: field.isSigned)
    }

    private func access(_ event: TraceEvent) -> Access? {
        for (type, access) in accesses where type == event.row.type { return access }
        return nil
    }

    /// The field as a number: signed as its type is, addresses as their bits, devices as ``BlockDevice/number``.
    ///
    /// - Returns: nil if the event is of another name, if its record or text does not hold the field, or if it is no number.
    public func integer(_ event: TraceEvent) -> Int64? {
        if let number, number.type == event.row.type {
            guard let value = event.number(at: number.offset, size: number.size) else { return nil }
            let shifted = Int64(bitPattern: value << UInt64(number.unused))
            return number.isSigned ? shifted >> Int64(number.unused) : Int64(bitPattern: value)
        }
        guard let access = access(event) else { return nil }
        return event.withPayload { payload in
            switch access {
            case .record(let field): field.integer(payload)
            case .text(let field): field.integer(payload)
            }
        }
    }

    /// The same, without a sign: an address, a count.
    public func unsigned(_ event: TraceEvent) -> UInt64? { integer(event).map { UInt64(bitPattern: $0) } }

    /// The field as a block device.
    public func device(_ event: TraceEvent) -> BlockDevice? { integer(event).map(BlockDevice.init(number:)) }

    /// The bytes of an array, or of a string, as the event's record has them, up to `limit` of them.
    ///
    /// - Returns: nil if the event is of another name, if its record does not hold the field, and of a text.
    public func bytes(_ event: TraceEvent, limit: Int = 64) -> [UInt8]? {
        guard case .record(let field)? = access(event), field.kind == .array || field.kind == .string else {
            return nil
        }
        return event.withPayload { record in field.range(record).map { record.extracting($0.prefix(limit)).array } }
    }

    /// The field as text, escaped for a terminal.
    ///
    /// - Returns: nil if the event is of another name, or if its record or text does not hold the field as text.
    public func string(_ event: TraceEvent) -> String? {
        guard let access = access(event) else { return nil }
        return event.withPayload { payload in
            switch access {
            case .record(let field): field.string(payload)
            case .text(let field): field.string(payload)
            }
        }
    }
}

/// A block device by its numbers.
public struct BlockDevice: Hashable, Sendable, CustomStringConvertible {
    /// The driver's number.
    public let major: Int
    /// The device's number within its driver.
    public let minor: Int

    /// - Parameters:
    ///   - major: the driver's number.
    ///   - minor: the device's number within its driver.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// - Parameter number: the kernel's `dev_t`, as it uses it inside: twenty bits for the minor number.
    public init(number: Int64) {
        let number = UInt32(truncatingIfNeeded: number)
        self.init(major: Int(number >> 20), minor: Int(number & 0xf_ffff))
    }

    /// The kernel's `dev_t`.
    public var number: Int64 { Int64(major) << 20 | Int64(minor) }

    /// `8,0`, as the kernel prints it in events.
    public var description: String { "\(major),\(minor)" }
}
