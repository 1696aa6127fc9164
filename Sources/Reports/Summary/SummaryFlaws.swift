import GraphParser
import TraceFormat

/// What cannot be in a summary, whoever wrote it: figures that contradict each other, names that steer a terminal, lists out of order.
extension Summary {
    /// The first flaw that is found; nil for a sound summary.
    var flaw: String? {
        if counts.isNegative { return "negative counts" }
        if !Self.areInOrder(roots) || !Self.areInOrder(layers) || !Self.areInOrder(functions) {
            return "roots, layers or functions out of order, or the same twice"
        }
        let areSourcesInOrder = zip(sources, sources.dropFirst()).allSatisfy(Source.precedes)
        if !areSourcesInOrder || !sources.allSatisfy(\.isSound) { return "sources that no trace has" }
        if requests?.isSound == false { return "requests that no trace has" }
        if let root = roots.first(where: { !$0.isSound }) { return "a root that no trace has: '\(root.function)'" }
        if let layer = layers.first(where: { !$0.isSound }) { return "a layer that no trace has: '\(layer.layer)'" }
        let function = functions.first { !$0.isSound }
        return function.map { "a function that no trace has: '\($0.function)'" }
    }

    static func areInOrder(_ sums: [some NamedSum]) -> Bool {
        func precedes<Sum: NamedSum>(_ left: Sum, _ right: Sum) -> Bool { Sum.precedes(left, right) }
        return zip(sums, sums.dropFirst()).allSatisfy { precedes($0, $1) }
    }

    /// Whether text can be printed as it is. A trace's names are when they are read.
    package static func isPlain(_ text: String?) -> Bool { text.map { printable($0) == $0 } ?? true }

    package static func isLayer(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "-_".unicodeScalars.contains(scalar))
            }
    }

    static func isFunction(_ name: String, _ module: String?, base: String) -> Bool {
        !name.isEmpty && isPlain(name) && isPlain(module) && Function(name: name, module: module).baseName == base
    }
}

extension Summary.Source {
    fileprivate var isSound: Bool {
        TraceSource.Kind(rawValue: kind) != nil && (notes + identity.texts).allSatisfy(Summary.isPlain)
            && [machineCPUs, cpusWithEvents].allSatisfy { ($0 ?? 0) >= 0 }
    }
}

extension Summary.Root {
    fileprivate var isSound: Bool {
        Summary.isFunction(function, module, base: baseName) && latency.count > 0
            && (0...latency.count).contains(partialCalls) && (0...latency.count).contains(hollowCalls)
            && treeCalls >= 0 && kernelCallsBelow >= 0 && !(fragment && askedFor != nil)
            && Summary.areInOrder(layers)
            && layers.allSatisfy {
                Summary.isLayer($0.layer) && (1...latency.count).contains($0.selfNs.count)
                    && $0.selfNs.count <= latency.count - hollowCalls
            }
    }
}

extension Summary.Layer {
    fileprivate var isSound: Bool { Summary.isLayer(layer) && calls > 0 }
}

extension Summary.FunctionTime {
    fileprivate var isSound: Bool {
        Summary.isFunction(function, module, base: baseName) && Summary.isLayer(layer) && calls > 0
    }
}
