import ArgumentParser
import TraceCapture

/// Which flows there are.
struct FlowOptions: ParsableArguments {
    @Option(
        name: .customLong("flows"),
        help: ArgumentHelp(
            "A file with more flows; one of a name that is known replaces that. See dmflow-flows(1).", valueName: "file"
        ), completion: .file())
    var file: String?

    /// - Parameter flows: lists of names, as `--flow` was given.
    /// - Throws: `ValidationError` for a name that no flow has, and for lists without any.
    func check(_ flows: [String]) throws {
        let names = flows.flatMap(\.names)
        // A file that cannot be used is no matter of usage: whoever records by it will say.
        let known = (try? catalogue().names) ?? names
        if let name = names.first(where: { !known.contains($0) }) {
            throw ValidationError(Suggestion.unknown("flow", name, known: known))
        }
        if !flows.isEmpty && names.isEmpty { throw ValidationError("--flow names no flow") }
    }

    func catalogue() throws -> FlowCatalogue {
        guard let file else { return .builtin }
        return try FlowCatalogue.builtin.merged(
            with: try FlowCatalogue(json: TextFile.bytes(file), path: file), path: file)
    }
}
