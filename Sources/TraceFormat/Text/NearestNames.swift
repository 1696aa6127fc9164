/// Those of the names that a misspelt or shortened one may have meant, the nearest first: up to three, none that is too far off.
///
/// - Parameters:
///   - name: as somebody wrote it.
///   - names: those that there are; may hold a name more than once.
public func nearestNames(to name: some StringProtocol, among names: some Sequence<String>) -> [String] {
    let wanted = Array(name.utf8)
    guard !wanted.isEmpty else { return [] }
    var found: [(slips: Int, name: String)] = []
    for candidate in names {
        guard let slips = slips(from: wanted, to: Array(candidate.utf8)) else { continue }
        if !found.contains(where: { $0.name == candidate }) { found.append((slips, candidate)) }
    }
    return found.sorted { ($0.slips, $0.name) < ($1.slips, $1.name) }.prefix(3).map(\.name)
}

/// How many letters have to be changed, put in, left out or swapped with the next to get the candidate; one more than can be
/// slips where the name is its beginning.
///
/// - Returns: nil if that is too many for slips: more than a third of the name's letters, or than three.
private func slips(from name: [UInt8], to candidate: [UInt8]) -> Int? {
    let limit = min(3, max(1, name.count / 3))
    let shortened = name.count > 2 && candidate.starts(with: name) ? limit + 1 : nil
    guard abs(name.count - candidate.count) <= limit else { return shortened }
    var before: [Int] = []
    var row = Array(0...candidate.count)
    for line in name.indices {
        var next = [line + 1]
        for column in candidate.indices {
            var least = min(next[column], row[column + 1]) + 1
            least = min(least, row[column] + (name[line] == candidate[column] ? 0 : 1))
            if line > 0, column > 0, name[line] == candidate[column - 1], name[line - 1] == candidate[column] {
                least = min(least, before[column - 1] + 1)
            }
            next.append(least)
        }
        (before, row) = (row, next)
    }
    return row[candidate.count] <= limit ? row[candidate.count] : shortened
}
