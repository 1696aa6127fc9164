/// The fields of a kernel probe, as this kernel takes them.
struct ProbeArguments {
    /// In their order: `rq=+0($arg2):x64`.
    let texts: [String]
    /// Those that cannot be had here, which the event is without.
    let unknown: [(field: String, reason: String)]

    init(_ fields: [Flow.KernelProbe.Field], on kernel: TracedKernel) {
        var texts: [String] = []
        var unknown: [(String, String)] = []
        for field in fields {
            do throws(UnknownField) {
                let (value, type) = try Self.value(of: field, on: kernel)
                texts.append("\(field.name)=\(value):\(field.type ?? type)")
            } catch {
                unknown.append((field.name, error.reason))
            }
        }
        (self.texts, self.unknown) = (texts, unknown)
    }

    /// The value and the type that it has by itself.
    private static func value(
        of field: Flow.KernelProbe.Field, on kernel: TracedKernel
    ) throws(UnknownField) -> (text: String, type: String) {
        guard
            let source = ProbeSource(field.from)?.text(
                namesArguments: kernel.namesArguments, architecture: kernel.architecture)
        else {
            throw UnknownField(reason: "this kernel does not say where \(field.from) is")
        }
        switch field.way {
        case .value: return (source, "x64")
        case .offsets(let offsets): return (FieldWay(offsets: offsets, type: "x64").text(from: source), "x64")
        case .members(let path):
            let way = try kernel.resolver.way(to: path)
            return (way.text(from: source), way.type)
        }
    }
}
