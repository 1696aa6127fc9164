@testable import TraceCapture

/// Knows the fields that a test tells it.
struct KnownFields: FieldResolver {
    /// By path, behind the structure or the argument.
    var fields: [String: FieldAccess] = [:]
    /// By the name of a parameter.
    var arguments: [String: Int] = [:]
    /// By structure.
    var sizes: [String: Int] = [:]

    func access(to path: String, module: String?) throws(FieldError) -> FieldAccess {
        guard let access = fields[path] else { throw FieldError(.noTypes, in: path) }
        return access
    }

    func access(
        to path: String, ofArgumentsOf function: String, module: String?
    ) throws(FieldError) -> (argument: Int, access: FieldAccess) {
        guard let argument = arguments[String(path.prefix { $0 != "-" })] else { throw FieldError(.noTypes, in: path) }
        return (argument, try access(to: path, module: module))
    }

    func size(of structure: String, module: String?) throws(FieldError) -> Int {
        guard let size = sizes[structure] else { throw FieldError(.noTypes, in: structure) }
        return size
    }
}
