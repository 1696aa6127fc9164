/// How many requests the multipath devices have completed, from /proc/diskstats.
struct MultipathRequests {
    /// By the maps' UUIDs, since each was made: a map that goes and comes back begins anew, perhaps as another device.
    private let completed: [String: UInt64]

    /// - Parameters:
    ///   - blockDevices: where each device has a directory.
    /// - Returns: nil if the counts cannot be read.
    init?(diskstats: String = "/proc/diskstats", blockDevices: String = "/sys/block") {
        guard let bytes = try? readWholeFile(diskstats) else { return nil }
        var completed: [String: UInt64] = [:]
        for line in String(decoding: bytes, as: UTF8.self).lines {
            // `major minor name reads merged sectors time writes …`
            let fields = line.split(separator: " ")
            guard fields.count > 7, fields[2].hasPrefix("dm-"), let reads = UInt64(fields[3]),
                let writes = UInt64(fields[7]), let uuid = try? readWholeFile("\(blockDevices)/\(fields[2])/dm/uuid"),
                uuid.starts(with: "mpath-".utf8)
            else { continue }
            completed[String(decoding: uuid, as: UTF8.self)] = reads &+ writes
        }
        self.completed = completed
    }

    /// What was completed since then; nil if there is no multipath device.
    func since(_ earlier: MultipathRequests) -> UInt64? {
        if completed.isEmpty && earlier.completed.isEmpty { return nil }
        return completed.reduce(0) { sum, device in
            let before = earlier.completed[device.key] ?? 0
            return sum &+ (device.value >= before ? device.value - before : device.value)
        }
    }
}
