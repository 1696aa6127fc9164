import GraphParser

/// The kernel's own messages, on the same clock: told beside what was seen of the same path.
extension FailoverWatch {
    mutating func kernelSaid(_ text: String, _ time: UInt64) {
        let words = text.split(whereSeparator: \.isWhitespace)
        let line = words.joined(separator: " ")
        guard !words.isEmpty else { return }
        if let sid = sessionNumber(words) {
            nameFailure(sid, time)
            for disk in Self.shown(book.disks(ofSession: sid)) { note(Self.cut(line), Self.kernelLog, disk, time) }
            return
        }
        let disks = disks(words)
        if disks.isEmpty, !line.contains("dev dm-"), ["I/O error", "rejecting I/O"].contains(where: line.contains) {
            hasUnplacedComplaint = true
        }
        for disk in disks { note(Self.cut(line), Self.kernelLog, disk, time) }
    }

    /// Longer lines are cut in a table.
    private static func cut(_ line: String) -> String { line.count > 120 ? line.prefix(119) + "~" : line }

    /// `connection2:0: …`, `session2: …`
    private func sessionNumber(_ words: [Substring]) -> UInt32? {
        for word in words.prefix(2) {
            for prefix in ["connection", "session"] where word.hasPrefix(prefix) {
                if let number = UInt32(word.dropFirst(prefix.count).prefix { $0.isNumber }) { return number }
            }
        }
        return nil
    }

    /// Where the event of a failed connection does not say of which session, the kernel's words right behind it do.
    private mutating func nameFailure(_ sid: UInt32, _ time: UInt64) {
        guard let failure = unnamedFailure, time - min(failure.time, time) < 100_000_000 else { return }
        unnamedFailure = nil
        connectionFailed(sid, failure.error, failure.time)
    }

    /// `sd 2:0:0:1: …`, `… dev sda, …`, `device-mapper: multipath: 253:0: Failing path 8:0.`
    private func disks(_ words: [Substring]) -> [BlockDevice] {
        var found: [BlockDevice] = []
        for (index, word) in words.enumerated().prefix(16) {
            let previous = index > 0 ? words[index - 1] : ""
            let bare = word.prefix { $0 != "," && $0 != "]" }
            if previous == "sd", let address = SCSIAddress(String(bare.last == ":" ? bare.dropLast() : bare)) {
                found += book.disk(at: address).map { [$0] } ?? []
            } else if previous == "dev" {
                found += book.disk(named: bare).map { [$0] } ?? []
            } else if previous == "path", words[0] == "device-mapper:" {
                found += BlockDevice(sysfs: String(bare.last == "." ? bare.dropLast() : bare)).map { [$0] } ?? []
            }
        }
        return found
    }
}
