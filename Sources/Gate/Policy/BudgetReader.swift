/// Reads one budget of a policy: what is bounded by which keys is in ``bound(_:)``.
struct BudgetReader {
    let reader: PolicyReader
    let classes: CallClasses

    private static let keys = [
        "name", "comment", "expires", "root", "layer", "stage", "path", "row", "usual", "p50", "p90", "p99", "never",
        "under", "calls", "per",
        "most", "imbalance", "joined", "lost",
    ]

    func budget(_ value: YAML) throws(GateError) -> Budget {
        let keys = try PolicyReader.Keys(value, reader, known: Self.keys)
        guard let name = try keys.text("name") else {
            throw reader.error(value.line, "a budget needs a 'name' that stays")
        }
        let expires = try keys.text("expires")
        if let expires, !Self.isDay(expires) {
            throw reader.error(keys.line("expires"), "'\(expires)' is no day such as 2027-06-30")
        }
        return Budget(
            name, try bound(keys), comment: try keys.text("comment"), expires: expires,
            place: "\(reader.path):\(value.line)")
    }

    private static func isDay(_ text: String) -> Bool {
        let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        return parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
            && (1...12).contains(Int(parts[1])!) && (1...days[Int(parts[1])! - 1]).contains(Int(parts[2])!)
    }

    private func bound(_ keys: PolicyReader.Keys) throws(GateError) -> Budget.Bound {
        let used = keys.names.subtracting(["name", "comment", "expires"])
        func fits(_ needed: Set<String>, _ optional: Set<String> = []) -> Bool {
            needed.isSubset(of: used) && used.isSubset(of: needed.union(optional))
        }
        if fits(["never", "under"]) {
            return .never(what: try keys.text("never")!, under: try keys.text("under")!)
        }
        if fits(["calls", "per", "most"]) {
            let per = try keys.text("per")!
            return .calls(
                what: try keys.text("calls")!, per: per == "request" ? .request : .call(per),
                most: try keys.number("most")!)
        }
        if fits(["imbalance", "most"]) {
            return .imbalance(map: try keys.text("imbalance")!, most: try keys.number("most")!)
        }
        if fits(["joined"]) { return try reader.choice(try keys.text("joined")!, ["all": .allJoined], keys, "joined") }
        if fits(["lost"]) {
            return try reader.choice(
                try keys.text("lost")!, ["nothing": .nothingLost, "0": .nothingLost], keys, "lost")
        }
        for figure in Figure.allCases where used.contains(figure.rawValue) {
            let rest = used.subtracting([figure.rawValue])
            let most = try keys.duration(figure.rawValue)!
            if let rows = try rows(keys, rest) { return .time(rows: rows, figure: figure, mostNs: most) }
        }
        throw reader.error(
            keys.line,
            "bounds nothing: it needs a time (usual, p50, p90 or p99) with row, root, layer, stage or path; never and under; "
                + "calls, per and most; imbalance and most; joined: all; or lost: nothing")
    }

    /// Which rows; nil if the keys name none.
    private func rows(_ keys: PolicyReader.Keys, _ rest: Set<String>) throws(GateError) -> Budget.RowPattern? {
        let (path, stage, layer) = (try keys.text("path"), try keys.text("stage"), try keys.text("layer"))
        switch rest {
        case ["row"]: return .init(names: [try keys.text("row")!], kind: nil)
        case ["root"]: return .init(names: try roots(keys).map { "root \($0)" }, kind: .root)
        case ["root", "layer"]: return .init(names: try roots(keys).map { "root \($0), layer \(layer!)" }, kind: .layer)
        case ["layer"]: return .init(names: ["root *, layer \(layer!)"], kind: .layer)
        case ["stage"]: return .init(names: ["stage \(stage!)"], kind: .stage)
        case ["path"]: return .init(names: ["path \(path!)"], kind: .path)
        case ["path", "stage"]: return .init(names: ["path \(path!), stage \(stage!)"], kind: .pathStage)
        default: return nil
        }
    }

    /// A function, or the roots of a flow: on one kernel it begins at one of them, as the captures tell.
    private func roots(_ keys: PolicyReader.Keys) throws(GateError) -> [String] {
        let name = try keys.text("root")!
        return reader.flows[name] ?? [name]
    }
}
