/// How an I/O ended, as the kernel's block layer says it: `blk_status_t`.
enum BlockStatus {
    private static let names: [UInt8: String] = [
        1: "not supported", 2: "timeout", 3: "no space", 4: "transport error", 5: "target error",
        6: "reservation conflict",
        7: "medium error", 8: "protection error", 9: "no resource", 10: "I/O error", 11: "dm requeue", 12: "again",
        13: "no device resource",
    ]

    /// That of something that failed, and nobody saw how.
    static let unknown: UInt8 = 0xff

    /// Whether multipath tries what failed so on another path: what the target says of itself or its medium is the same on all.
    static func isOfPath(_ status: UInt8) -> Bool { ![1, 3, 5, 6, 7, 8].contains(status) }

    private static let ofErrno: [Int64: UInt8] = [
        95: 1, 110: 2, 28: 3, 67: 4, 121: 5, 52: 6, 61: 7, 84: 8, 12: 9, 5: 10, 11: 12, 16: 13,
    ]

    /// What the kernel means by an error that an event tells: negative, as it returns them.
    static func status(errno: Int64) -> UInt8 { errno == 0 ? 0 : ofErrno[errno < 0 ? -errno : errno] ?? 10 }

    /// nil for no error.
    static func name(_ status: UInt8) -> String? {
        status == 0 ? nil : status == unknown ? "unknown error" : names[status] ?? "error \(status)"
    }
}

/// How a command ended, as SCSI says it: the result of `struct scsi_cmnd`, whose bytes are the host's word and the target's status.
enum CommandResult {
    private static let hosts: [UInt32: String] = [
        1: "no connect", 2: "bus busy", 3: "timeout", 4: "bad target", 5: "abort", 6: "parity", 7: "driver error",
        8: "reset",
        9: "bad interrupt", 0xb: "soft error", 0xc: "retry at once", 0xd: "requeue", 0xe: "transport disrupted",
        0xf: "transport failfast", 0x14: "transport marginal",
    ]
    private static let statuses: [UInt32: String] = [
        2: "check condition", 8: "busy", 0x18: "reservation conflict", 0x28: "task set full", 0x30: "ACA active",
        0x40: "task aborted",
    ]

    /// nil for no error.
    static func name(_ result: UInt32) -> String? {
        let (host, status) = (result >> 16 & 0xff, result & 0xfe)
        if host != 0 { return hosts[host] ?? "host error \(host)" }
        return status == 0 ? nil : statuses[status] ?? "status \(status)"
    }
}
