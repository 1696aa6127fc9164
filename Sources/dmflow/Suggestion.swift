import TraceFormat

/// What to say when there is nothing of a name.
enum Suggestion {
    /// `there is no flow 'creat'; did you mean 'create'? there are create, load, …`
    static func unknown(_ kind: String, _ name: String, known: [String]) -> String {
        printable(
            "there is no \(kind) '\(name)'; \(question(name, known))there are \(known.joined(separator: ", "))")
    }

    /// `did you mean 'create' or 'remove'? `; empty if nothing is near.
    static func question(_ name: String, _ known: some Sequence<String>) -> String {
        let names = nearestNames(to: name, among: known).map { "'\($0)'" }
        guard let last = names.last else { return "" }
        let others = names.dropLast().joined(separator: ", ")
        return "did you mean \(others.isEmpty ? "" : others + " or ")\(last)? "
    }
}
