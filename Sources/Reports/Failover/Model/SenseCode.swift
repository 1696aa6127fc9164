/// What a target says of a command that it did not do: key, additional code and its qualifier.
struct SenseCode: CustomStringConvertible {
    private let key: UInt8
    private let code: UInt8
    private let qualifier: UInt8

    /// - Parameters:
    ///   - head: the first eight bytes of the sense data, as one number of the recording machine.
    ///   - code: the two from the thirteenth on.
    /// - Returns: nil for what is no sense data.
    init?(head: UInt64, code: UInt32) {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: head >> (8 * $0)) }
        switch bytes[0] & 0x7f {
        case 0x70, 0x71:
            (key, self.code, qualifier) = (
                bytes[2] & 0xf, UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8)
            )
        case 0x72, 0x73: (key, self.code, qualifier) = (bytes[1] & 0xf, bytes[2], bytes[3])
        default: return nil
        }
    }

    /// What it says of the path's port group; nil where it says nothing of it.
    var alua: String? {
        switch (key, code, qualifier) {
        case (2, 4, 0xa): "the port group is in transition"
        case (2, 4, 0xb): "the port group is in standby"
        case (2, 4, 0xc): "the port group is unavailable"
        case (6, 0x2a, 6): "the port group's state has changed"
        case (6, 0x2a, 7): "the port group's transition has failed"
        default: nil
        }
    }

    /// Whether commands have to wait for the port group.
    var isInTransition: Bool { (key, code, qualifier) == (2, 4, 0xa) }

    private var other: String? {
        switch (key, code, qualifier) {
        case (2, 4, _): "not ready"
        case (6, 0x29, _): "power on, or reset"
        case (6, 0x3f, 0xe): "the LUNs have changed"
        case (6, _, _): "unit attention"
        case (3, _, _): "medium error"
        case (4, _, _): "hardware error"
        case (5, _, _): "illegal request"
        case (0xb, _, _): "aborted command"
        default: nil
        }
    }

    /// `02/04/0a: the port group is in transition`
    var description: String {
        let numbers = [key, code, qualifier].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: "/")
        return (alua ?? other).map { "\(numbers): \($0)" } ?? numbers
    }
}
