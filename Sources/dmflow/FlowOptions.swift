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

    func catalogue() throws -> FlowCatalogue {
        guard let file else { return .builtin }
        return try FlowCatalogue.builtin.merged(
            with: try FlowCatalogue(json: TextFile.bytes(file), path: file), path: file)
    }
}
