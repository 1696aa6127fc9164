/// How many requests the multipath devices have completed since boot, from /proc/diskstats.
enum MultipathRequests {
    /// - Parameters:
    ///   - blockDevices: where each device has a directory.
    /// - Returns: nil if there is no multipath device.
    static func completed(diskstats: String = "/proc/diskstats", blockDevices: String = "/sys/block") -> UInt64? {
        guard let bytes = try? readWholeFile(diskstats) else { return nil }
        var sum: UInt64?
        for line in String(decoding: bytes, as: UTF8.self).lines {
            // `major minor name reads merged sectors time writes …`
            let fields = line.split(separator: " ")
            guard fields.count > 7, fields[2].hasPrefix("dm-"), let reads = UInt64(fields[3]),
                let writes = UInt64(fields[7]),
                let uuid = try? readWholeFile("\(blockDevices)/\(fields[2])/dm/uuid"), uuid.starts(with: "mpath-".utf8)
            else { continue }
            sum = (sum ?? 0) &+ reads &+ writes
        }
        return sum
    }
}
