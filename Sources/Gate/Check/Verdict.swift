/// What can be said of a difference.
public enum Verdict: String, Codable, CaseIterable, Sendable {
    /// It is there, beyond chance, and large enough to matter.
    case worse
    /// The captures do not tell: they are too few, too unlike each other, or in doubt.
    case cannotTell = "cannot tell"
    /// It is there, beyond chance, and for the better.
    case better
    /// If there is one, it is too small to matter.
    case same

    /// What is said of several together: the first of these cases that any has.
    static func of(_ verdicts: some Sequence<Verdict>) -> Verdict {
        let found = Set(verdicts)
        return allCases.first(where: found.contains) ?? .same
    }
}
