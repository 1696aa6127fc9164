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
    public func merged(with other: FlowCatalogue) -> FlowCatalogue {
        let new = Set(other.flows.map(\.name))
        return FlowCatalogue(flows: flows.filter { !new.contains($0.name) } + other.flows)
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
}
