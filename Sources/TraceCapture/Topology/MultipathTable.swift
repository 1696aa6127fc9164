import TraceFormat

/// The parameters of a multipath target: what it was made of.
///
///     FEATURES HANDLER GROUPS FIRST { SELECTOR ARGUMENTS PATHS ARGUMENTS-OF-EACH { MAJOR:MINOR ARGUMENT... } }
///
/// `FEATURES`, `HANDLER` and `ARGUMENTS` are a number and as many words.
struct MultipathTable: Equatable {
    var features: [String] = []
    var hardwareHandler: [String] = []
    var groups: [Group] = []

    struct Group: Equatable {
        let selector: String
        let arguments: [String]
        var paths: [Path] = []
    }

    struct Path: Equatable {
        /// `8:0`
        let devno: String
        let arguments: [String]
    }

    /// - Returns: nil for what is no such text.
    init?(_ parameters: String) {
        var words = TableWords(parameters)
        guard let features = words.counted(), let handler = words.counted(), let groups = words.count(),
            words.next() != nil || groups == 0
        else { return nil }
        (self.features, hardwareHandler) = (features, handler)
        for _ in 0..<groups {
            guard let selector = words.next(), let arguments = words.counted(), let paths = words.count(),
                let each = words.count()
            else { return nil }
            var group = Group(selector: selector, arguments: arguments)
            for _ in 0..<paths {
                guard let devno = words.next(), let arguments = words.take(each) else { return nil }
                group.paths.append(Path(devno: devno, arguments: arguments))
            }
            self.groups.append(group)
        }
    }

    /// `mq`, `bio` or `rq`; nil if the table does not say.
    var queueMode: String? {
        guard let place = features.firstIndex(of: "queue_mode"), place + 1 < features.count else { return nil }
        return features[place + 1]
    }
}

/// The state of a multipath target.
///
///     COUNTERS HANDLER GROUPS NEXT { STATE SELECTOR-STATE PATHS STATES-OF-EACH { MAJOR:MINOR STATE FAILURES STATE... } }
struct MultipathStatus: Equatable {
    /// By the groups' order: `active`, `enabled`, `disabled`.
    var groups: [String] = []
    /// By device number: `active`, `failed`.
    var paths: [String: String] = [:]

    /// - Returns: nil for what is no such text.
    init?(_ parameters: String) {
        var words = TableWords(parameters)
        guard words.counted() != nil, words.counted() != nil, let groups = words.count(),
            words.next() != nil || groups == 0
        else { return nil }
        for _ in 0..<groups {
            guard let state = words.next().flatMap({ Self.groupStates[$0] }), words.counted() != nil,
                let paths = words.count(), let each = words.count()
            else { return nil }
            self.groups.append(state)
            for _ in 0..<paths {
                guard let devno = words.next(), let state = words.next().flatMap({ Self.pathStates[$0] }),
                    words.next() != nil, words.take(each) != nil
                else { return nil }
                self.paths[devno] = state
            }
        }
    }

    private static let groupStates = ["A": "active", "E": "enabled", "D": "disabled"]
    private static let pathStates = ["A": "active", "F": "failed"]
}

/// Words of a target's parameters, one after the other.
private struct TableWords {
    private var rest: ArraySlice<String>

    init(_ text: String) { rest = text.split(separator: " ").map { printable($0) }[...] }

    mutating func next() -> String? { rest.popFirst() }

    /// The next word, as a number of things that can be among the words left.
    mutating func count() -> Int? {
        guard let count = rest.popFirst().flatMap({ Int($0) }), (0...rest.count).contains(count) else { return nil }
        return count
    }

    mutating func take(_ count: Int) -> [String]? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A number, and as many words.
    mutating func counted() -> [String]? { count().flatMap { take($0) } }
}
