import ArgumentParser
import Reports

/// Which layer map: `--layers`.
struct LayerOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A layer map to look functions up in before the built-in one; a line 'only' in it leaves the built-in one out.",
            valueName: "file"),
        completion: .file())
    var layers: String?

    func map() throws -> LayerMap {
        guard let layers else { return .builtin }
        return try LayerMap(text: TextFile.read(layers), path: layers)
    }
}
