/// Shows on the kernel that runs whether offsets are right.
protocol OffsetProof {
    /// - Returns: a verdict on each of the rows.
    func verdicts(on rows: [OffsetTable.Row]) -> [OffsetTable.Row: OffsetVerdict]
}

/// What was found out of an offset.
enum OffsetVerdict: Equatable, Sendable {
    case proven
    /// In words: it is wrong, or nothing has shown that it is right.
    case unproven(String)
}
