import CRevision

/// What `--version` shows.
enum Version {
    /// The release, as CHANGELOG.md calls it; on the way to one the next, with `-dev` behind it.
    static let number = "0.3.0-dev"

    static let text = text(revision: String(cString: dmflow_revision()))

    /// - Parameter revision: the commit, `-dirty` behind it for a tree with changes; empty if it is not known.
    static func text(revision: String) -> String {
        "dmflow \(number) (\(revision.isEmpty ? "unknown revision" : revision))"
    }
}
