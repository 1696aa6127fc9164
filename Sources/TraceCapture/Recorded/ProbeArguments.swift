/// The fields of a kernel probe, as this kernel takes them.
struct ProbeArguments {
    /// In their order: `rq=+0($arg2):x64`.
    let texts: [String]
    /// Those that cannot be had here, which the event is without, and why.
    let unknown: [(field: Flow.KernelProbe.Field, reason: String)]
    /// Those that are recorded from where they may be, and why it is not known where they are.
    let unproven: [(field: Flow.KernelProbe.Field, reason: String)]

    /// - Parameters:
    ///   - function: that is probed, by its name in the source.
    ///   - module: that it is in.
    init(_ fields: [Flow.KernelProbe.Field], of function: String, module: String?, on kernel: TracedKernel) {
        var texts: [String] = []
        var unknown: [(Flow.KernelProbe.Field, String)] = []
        var unproven: [(Flow.KernelProbe.Field, String)] = []
        for field in fields {
            do throws(Unknown) {
                texts.append("\(field.name)=\(try Self.fetch(field, of: function, module: module, on: kernel))")
            } catch {
                guard let place = field.unproven,
                    let text = try? Self.fetch(place, as: field.type, of: function, module: module, on: kernel)
                else {
                    unknown.append((field, error.reason))
                    continue
                }
                texts.append("\(field.name)=\(text)")
                unproven.append((field, error.reason))
            }
        }
        (self.texts, self.unknown, self.unproven) = (texts, unknown, unproven)
    }

    private struct Unknown: Error { let reason: String }

    /// From the first of the field's places that this kernel knows.
    private static func fetch(
        _ field: Flow.KernelProbe.Field, of function: String, module: String?, on kernel: TracedKernel
    ) throws(Unknown) -> String {
        do throws(Unknown) {
            return try fetch(field.place, as: field.type, of: function, module: module, on: kernel)
        } catch {
            for other in field.instead {
                if let text = try? fetch(other, as: field.type, of: function, module: module, on: kernel) {
                    return text
                }
            }
            // Why not there, where most kernels have it.
            throw error
        }
    }

    private static func fetch(
        _ place: Flow.KernelProbe.Field.Place, as type: String?, of function: String, module: String?,
        on kernel: TracedKernel
    ) throws(Unknown) -> String {
        do throws(FieldError) {
            switch place {
            case .parameter(let path):
                let found = try kernel.resolver.access(to: path, ofArgumentsOf: function, module: module)
                guard let source = kernel.text(of: .argument(found.argument)) else { break }
                return found.access.fetch(from: source, as: type)
            case .value(let name):
                guard let source = kernel.text(of: name) else { break }
                return "\(source):\(type ?? "x64")"
            case .offsets(let offsets, let name):
                guard let source = kernel.text(of: name) else { break }
                let value = offsets.reduce(source) { "\($1 < 0 ? "" : "+")\($1)(\($0))" }
                return "\(value):\(type ?? "x64")"
            case .members(let path, let name):
                guard let source = kernel.text(of: name) else { break }
                return try kernel.resolver.access(to: path, module: module).fetch(from: source, as: type)
            }
        } catch {
            throw Unknown(reason: error.description)
        }
        throw Unknown(reason: "this kernel does not say where the argument is")
    }
}

extension TracedKernel {
    /// As its probes take it; nil for an argument that they cannot name.
    fileprivate func text(of source: ProbeSource) -> String? {
        source.text(namesArguments: namesArguments, architecture: architecture)
    }
}
