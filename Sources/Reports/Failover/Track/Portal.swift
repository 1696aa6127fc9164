/// Where segments go: an address and a port, as the topology has them: `127.0.0.1:3260`, `[::1]:3260`.
struct Portal: CustomStringConvertible {
    let description: String

    /// AF_INET6
    private static let version6: UInt64 = 10

    /// - Returns: nil for an event that does not tell, as in a text.
    init?(_ read: EventTable<FailoverEvent>.Reading) {
        guard let port = read(1), port > 0 else { return nil }
        if read(3) == Self.version6 {
            guard let bytes = read.bytes(2), bytes.count == 16 else { return nil }
            description = "[\(Self.text(version6: bytes))]:\(port)"
        } else {
            guard let bytes = read.bytes(0), bytes.count == 4 else { return nil }
            description = bytes.map(String.init).joined(separator: ".") + ":\(port)"
        }
    }

    /// With the longest run of zeros left out, the first of equal ones (RFC 5952).
    static func text(version6 bytes: [UInt8]) -> String {
        let words = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var (best, run) = (0..<0, 0..<0)
        for (index, word) in words.enumerated() {
            run = word != 0 ? index + 1..<index + 1 : run.lowerBound..<index + 1
            if run.count > best.count { best = run }
        }
        func joined(_ words: some Sequence<UInt16>) -> String {
            words.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.count < 2 { return joined(words) }
        return joined(words[..<best.lowerBound]) + "::" + joined(words[best.upperBound...])
    }
}
