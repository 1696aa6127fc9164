/// When a capture ends by itself, before its command does or somebody ends it.
public struct CaptureLimits: Sendable {
    /// Nanoseconds.
    public var duration: UInt64?
    /// Bytes of recorded pages. Recording stops at the first look at which there are more.
    public var bytes: Int?
    /// The part of all events that may be lost, from 0 to 1.
    public var lost: Double?
    /// The part of a CPU's time that tracing may take, from 0 to 1, on whichever CPU it is highest, over the last second.
    public var overhead: Double?
    /// Functions of the kernel, the first call of which ends the capture.
    public var stopFunctions: [String] = []
    /// Nanoseconds that are still recorded after that call.
    public var stopDelay: UInt64 = 0

    public init() {}

    /// Reads a size such as `500M`; powers of 1024.
    ///
    /// - Returns: bytes, more than zero.
    /// - Throws: `.badSize`.
    public static func bytes(_ text: String) throws(CaptureError) -> Int {
        let units = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = text.last.flatMap { units[$0.uppercased()] }
        guard let number = Int(unit == nil ? text : String(text.dropLast())), number > 0 else {
            throw CaptureError(.badSize(text))
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        if overflow { throw CaptureError(.badSize(text)) }
        return bytes
    }

    /// Reads a part of a whole such as `5%` or `0.5%`.
    ///
    /// - Returns: from 0 to 1.
    /// - Throws: `.badShare`.
    public static func share(_ text: String) throws(CaptureError) -> Double {
        guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent >= 0, percent <= 100 else {
            throw CaptureError(.badShare(text))
        }
        return percent / 100
    }
}
