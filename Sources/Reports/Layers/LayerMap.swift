public import GraphParser
import TraceFormat

/// Why a layer map cannot be used.
public struct LayerMapError: Error, Equatable, CustomStringConvertible {
    /// As the user gave it.
    public let path: String
    /// From 1.
    public let line: Int
    /// What is wrong with the line, without the remedy, which `description` adds.
    public let problem: String

    public var description: String {
        printable(
            "\(path):\(line): \(problem); write `LAYER=COLOUR [module] name …`, names with * and ? as in a shell")
    }
}

/// Tells the layer of a function: by its module first, by its name where the code is built into the kernel.
///
/// The map is a text of lines `LAYER=COLOUR [module] name …`; the built-in one, `builtin.layers`, explains the form.
public struct LayerMap: Sendable {
    /// Names of the layers in the order of the map; the last is `other`.
    public let layers: [String]
    /// The colours of layers that have one, by name: numbers of SGR, as terminals understand them (`1;34`).
    public let colors: [String: String]
    private let modules: LayerRules
    private let names: LayerRules

    /// The index of the layer for what no rule names.
    public var other: Int { layers.count - 1 }

    /// The map that dmflow brings.
    public static let builtin = try! LayerMap(PackageResources.builtin_layers, path: "builtin.layers", isUsers: false)

    /// A user's map in front of the built-in one; a line `only` leaves the built-in one out.
    public init(text: String, path: String) throws(LayerMapError) {
        try self.init(Array(text.utf8), path: path, isUsers: true)
    }

    private init(_ text: [UInt8], path: String, isUsers: Bool) throws(LayerMapError) {
        var reader = LayerMapReader()
        try reader.read(text, path: path)
        if isUsers, !reader.replaces { try reader.read(PackageResources.builtin_layers, path: "builtin.layers") }
        (layers, colors) = (reader.layers + [LayerMapReader.other], reader.colors)
        (modules, names) = (reader.modules, reader.names)
    }

    /// The index in ``layers`` of the function's layer.
    public func layer(of function: Function) -> Int {
        let layer = function.module.map(modules.layer(of:)) ?? names.layer(of: function.baseName)
        return layer ?? other
    }
}
