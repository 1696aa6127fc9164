/// The flows that can be asked for by name: a data file, of the schema that `Documentation/flows.schema.json` has.
public struct FlowCatalogue: Sendable {
    /// In the order in which they are listed.
    public private(set) var flows: [Flow]

    /// `builtin.flows.json`.
    public static let builtin = try! FlowCatalogue(
        json: PackageResources.builtin_flows_json, path: "builtin.flows.json")

    init(flows: [Flow]) { self.flows = flows }

    /// Reads a file of flows.
    ///
    /// - Throws: `.flowsNotUsable`, with what is wrong and at which line and column.
    public init(json: [UInt8], path: String) throws(CaptureError) {
        do throws(FlowFile.Mistake) {
            flows = try FlowFile(json).flows
        } catch {
            throw CaptureError(.flowsNotUsable(error.problem), path: "\(path):\(error.place(in: json))")
        }
    }

    /// These flows and those of `other`, which count where both have one of a name.
    ///
    /// - Parameters:
    ///   - other: those that are added.
    ///   - path: of the file that `other` is from.
    /// - Throws: `.flowsNotUsable` if a flow brings along one that is not there, or itself.
    public func merged(with other: FlowCatalogue, path: String) throws(CaptureError) -> FlowCatalogue {
        let new = Set(other.flows.map(\.name))
        let merged = FlowCatalogue(flows: flows.filter { !new.contains($0.name) } + other.flows)
        if let mistake = merged.mistakeInCompany { throw CaptureError(.flowsNotUsable(mistake), path: path) }
        return merged
    }

    /// The flows' names, in their order.
    public var names: [String] { flows.map(\.name) }
    /// Recorded when none is asked for.
    public var defaults: [String] { flows.filter { $0.isDefault == true }.map(\.name) }

    /// - Throws: `.unknownFlow`.
    public func flow(named name: String) throws(CaptureError) -> Flow {
        guard let flow = flows.first(where: { $0.name == name }) else {
            throw CaptureError(.unknownFlow(name, known: names))
        }
        return flow
    }

    /// The flows of these names, each behind those that it brings along, and each once.
    ///
    /// - Throws: `.unknownFlow`.
    func flows(named names: [String]) throws(CaptureError) -> [Flow] {
        var (found, seen): ([Flow], Set<String>) = ([], [])
        for name in names { try add(name, to: &found, seen: &seen) }
        return found
    }

    private func add(_ name: String, to found: inout [Flow], seen: inout Set<String>) throws(CaptureError) {
        guard seen.insert(name).inserted else { return }
        let flow = try flow(named: name)
        for other in flow.with { try add(other, to: &found, seen: &seen) }
        found.append(flow)
    }

    /// What is wrong with the flows that others bring along; nil if nothing is.
    var mistakeInCompany: String? {
        for flow in flows {
            if let unknown = flow.with.first(where: { !names.contains($0) }) {
                return "the flow '\(flow.name)' brings along '\(unknown)', which there is not"
            }
            // It is among those that come before it.
            let others = try? flow.with.flatMap { name in try flows(named: [name]) }
            if others?.contains(where: { $0.name == flow.name }) == true {
                return "the flow '\(flow.name)' brings itself along, by way of \(flow.with.joined(separator: ", "))"
            }
        }
        return nil
    }
}
