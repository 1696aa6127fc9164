/// Whether the names in a policy are of something: one that matches nothing holds nothing to anything.
struct NameCheck {
    let captures: [CaptureProfile]
    let policy: Policy

    /// - Throws: ``GateError`` for a name of a row or of a fast path that no capture has.
    func check() throws(GateError) {
        if policy.time.isCompared, policy.time.rows != Policy.Time().rows {
            let rows = Set(captures.flatMap(\.times.keys)).map(\.name)
            for pattern in policy.time.rows where !rows.contains(where: { Glob.matches($0, pattern) }) {
                throw GateError(
                    policy.path, "'\(pattern)' in 'rows' is no row of these captures; check the name, or take it out")
            }
        }
        guard policy.shape.isCompared, !policy.shape.fast.isEmpty else { return }
        let functions = Set(captures.flatMap { $0.calls.map(\.function) })
        for pattern in policy.shape.fast where !functions.contains(where: { Glob.matches($0, pattern) }) {
            throw GateError(
                policy.path, "'\(pattern)' in 'fast' is no function of these captures; check the name, or take it out")
        }
    }
}
