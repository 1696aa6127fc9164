import TraceFormat

/// What the running multipathd tells, and nothing else does: the settings in force, and what it thinks of the paths.
struct MultipathdAnswers: Equatable {
    struct Map: Equatable {
        let noPathRetry: String?
        let failback: String?
    }

    struct Path: Equatable {
        let checkerState: String?
        let priority: Int?
    }

    var settings: Topology.Multipathd?
    /// By the maps' WWIDs.
    var maps: [String: Map] = [:]
    /// By device number.
    var paths: [String: Path] = [:]

    /// Asks it. What is not answered in time is not known.
    init(_ socket: MultipathdSocket) { self.init { socket.answer(to: $0) } }

    /// - Parameter ask: takes a command, returns the answer, or nil; it is then not asked again.
    init(_ ask: (String) -> String?) {
        guard let paths = ask("show paths raw format %D|%p|%T") else { return }
        self.paths = Self.rows(paths, columns: 3).mapValues { row in
            Path(checkerState: row[1], priority: row[0].flatMap { Int($0) })
        }
        guard let maps = ask("show maps raw format %w|%Q|%F") else { return }
        self.maps = Self.rows(maps, columns: 3).mapValues { row in
            Map(noPathRetry: row[0].flatMap(Self.noPathRetry), failback: row[1])
        }
        settings = ask("show config local").flatMap(Self.settings)
    }

    /// Lines of columns between `|`, by the first column; `-`, `[undef]` and others that say nothing are nil.
    private static func rows(_ text: String, columns: Int) -> [String: [String?]] {
        let rows = text.lines.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map { printable($0.trimmed) }
        }
        let told = rows.filter { $0.count == columns && !$0[0].isEmpty }.map { row in
            (row[0], row.dropFirst().map { ["", "-", "undef", "[undef]"].contains($0) ? nil : $0 })
        }
        return Dictionary(told) { first, _ in first }
    }

    /// `off` → `fail`, `on` → `queue`, `12 chk` → `12`. While it counts down, it tells the seconds that are left: nil.
    private static func noPathRetry(_ text: String) -> String? {
        if let word = ["off": "fail", "on": "queue"][text] { return word }
        let words = text.split(separator: " ")
        return words.count == 2 && words[1] == "chk" && Int(words[0]) != nil ? String(words[0]) : nil
    }

    /// - Parameter text: the whole configuration, in the form of multipath.conf.
    private static func settings(_ text: String) -> Topology.Multipathd? {
        var values: [Substring: Int] = [:]
        let defaults = text.lines.drop { $0.trimmed != "defaults {" }.dropFirst().prefix { $0.trimmed != "}" }
        for line in defaults {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count == 2, let value = Int(words[1].filter { $0 != "\"" }) { values[words[0]] = value }
        }
        guard let interval = values["polling_interval"] else { return nil }
        var settings = Topology.Multipathd()
        settings.pollingIntervalSeconds = interval
        settings.maxPollingIntervalSeconds = values["max_polling_interval"]
        return settings
    }
}
