/// Where a field's value is, from a pointer or a value at hand, and what it is: what a probe needs to fetch it.
struct FieldAccess: Equatable, Sendable {
    /// In bytes, from the first to the last: each is added to the pointer at hand (a negative one leads from a member to
    /// its structure), and the next pointer is read there; at the last
    /// one it is the value. Empty if the value is at hand.
    let offsets: [Int]
    let value: FieldValue

    /// The field as an argument of a kernel probe (Documentation/trace/kprobetrace.rst of Linux): `+48(+0($arg2)):u64`.
    ///
    /// - Parameters:
    ///   - start: what is at hand: `$arg2`, or the register that the argument is in, `%si`.
    ///   - type: how it is to be recorded if not as what it is; such as `x32`.
    func fetch(from start: String, as type: String? = nil) -> String {
        var text = offsets.reduce(start) { "\($1 < 0 ? "" : "+")\($1)(\($0))" }
        let type = type ?? value.fetchType
        // What is at the end of a `char *` is a string, and `char []` is one already.
        if value == .stringPointer, type == FieldValue.stringPointer.fetchType { text = "+0(\(text))" }
        return "\(text):\(type)"
    }
}

/// What a field is.
enum FieldValue: Hashable, Sendable {
    case integer(bytes: Int, isSigned: Bool)
    case pointer
    /// Some bits of an integer of `containerBytes`, counted from its lowest. The offset is the integer's.
    case bitfield(bits: Int, lowestBit: Int, containerBytes: Int, isSigned: Bool)
    /// `char[]`: text in place, which ends with a NUL, within as many bytes.
    case string(bytes: Int)
    /// `char *`
    case stringPointer
    /// Integers (`isSigned` tells of which sort) or, if that is nil, pointers.
    case array(elementBytes: Int, isSigned: Bool?, count: Int)

    /// The bytes of a pointer. Kernels with dm-multipath on 32 bits are no more.
    static let pointerSize = 8
    /// What an argument of a probe takes.
    static let maxArrayCount = 64

    /// As arguments of probes name it. The kernel sign-extends no bit-field.
    var fetchType: String {
        switch self {
        case .integer(let bytes, let isSigned): "\(isSigned ? "s" : "u")\(bytes * 8)"
        case .pointer: "x\(Self.pointerSize * 8)"
        case .bitfield(let bits, let lowestBit, let containerBytes, _): "b\(bits)@\(lowestBit)/\(containerBytes * 8)"
        case .string, .stringPointer: "string"
        case .array(let bytes, let isSigned, let count):
            "\(isSigned.map { $0 ? "s" : "u" } ?? "x")\(bytes * 8)[\(count)]"
        }
    }

    /// In bytes, as stored.
    var size: Int {
        switch self {
        case .integer(let bytes, _), .string(let bytes): bytes
        case .pointer, .stringPointer: Self.pointerSize
        case .bitfield(_, _, let containerBytes, _): containerBytes
        case .array(let bytes, _, let count): bytes * count
        }
    }
}
