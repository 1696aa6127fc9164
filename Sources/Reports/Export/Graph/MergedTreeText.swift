extension MergedTree {
    /// Time in all of its trees, in ns: the durations of their roots, and the self times of all their calls.
    var totalNs: UInt64 {
        nodes.reduce(further.selfNs) { sum, node in
            sum.addingSaturated(node.selves.sum).addingSaturated(node.further.selfNs)
        }
    }

    /// What is not in it: phrases for whoever looks at it.
    var omissions: [String] {
        var phrases: [String] = []
        if treesInDoubt > 0 {
            phrases.append(
                "\(Figures.plural(treesInDoubt, "tree")) with calls in doubt \(treesInDoubt == 1 ? "is" : "are") not in it"
            )
        }
        if fragments > 0 {
            phrases.append("\(Figures.plural(fragments, "fragment")) \(fragments == 1 ? "is" : "are") not in it")
        }
        if leftOut > 0 {
            phrases.append(
                "\(Figures.plural(leftOut, "call")) beyond \(Figures.count(Self.maxNodes)) different ways stand together as \(Self.furtherName)"
            )
        }
        return phrases
    }

    /// What calls are called for whose way there was no room.
    static let furtherName = "(further calls)"
}
