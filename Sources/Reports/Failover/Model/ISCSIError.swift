/// Errors of open-iscsi's, as it numbers them: a thousand more than the kernel does.
enum ISCSIError {
    static let pingTimedOut: UInt32 = 1022
    static let handlerReset: UInt32 = 1021
    private static let names: [UInt32: String] = [
        1004: "command numbers", 1008: "protocol", 1009: "LUN", 1010: "unknown tag", 1011: "connection failed",
        1013: "session failed", 1014: "header digest", 1015: "data digest", 1019: "sending failed",
        1020: "closed by the target", 1021: "session reset by the error handler", 1022: "ping timeout",
    ]

    static func name(_ error: UInt32) -> String? { names[error] }
}
