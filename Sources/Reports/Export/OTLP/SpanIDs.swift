/// Identifiers of traces and spans, which have to be unique among all that a backend holds: derived from the capture and a request's number, so
/// that a file gives the same ones each time, and two captures do not share any.
struct SpanIDs {
    private let high: UInt64
    private let low: UInt64

    /// - Parameters:
    ///   - capture: which one it is.
    ///   - request: its number in the capture.
    init(capture: CaptureHash, request: Int) {
        high = capture.value
        // One to one: requests of a capture never have the same.
        low = Self.mixed(capture.value ^ UInt64(bitPattern: Int64(request)))
    }

    /// 16 bytes as hex digits.
    var trace: String { Self.hex(high) + Self.hex(low == 0 ? .max : low) }

    /// 8 bytes as hex digits.
    ///
    /// - Parameter number: of the span in the request, 0 for its root.
    func span(_ number: Int) -> String {
        let id = Self.mixed(low &+ UInt64(number) &+ 1)
        return Self.hex(id == 0 ? .max : id)
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The finalizer of SplitMix64, which gives each number another one whose bits look random.
    static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// A capture as a number, never 0: the same for the same capture wherever it is computed, which Swift's own hashes are not.
struct CaptureHash {
    let value: UInt64

    /// - Parameters:
    ///   - name: of the capture.
    ///   - firstNs: when its first request began: tells captures apart whose traces do not tell which they are.
    init(_ name: CaptureName, firstNs: UInt64) {
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let parts = [name.capture, name.host ?? "", name.boot ?? "", name.kernel ?? "", String(firstNs)]
        for byte in parts.joined(separator: "\0").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let mixed = SpanIDs.mixed(hash)
        value = mixed == 0 ? .max : mixed
    }
}
