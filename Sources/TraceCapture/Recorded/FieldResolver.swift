/// Tells where the fields of kernel structures are, on the kernel that runs.
protocol FieldResolver {
    /// Where a field of a structure is, from a pointer to the structure.
    func access(to path: String, module: String?) throws(FieldError) -> FieldAccess

    /// Where a parameter of a function is, or a field that it leads to, from the argument as the function gets it.
    func access(
        to path: String, ofArgumentsOf function: String, module: String?
    ) throws(FieldError) -> (argument: Int, access: FieldAccess)
}

/// Where a field's value is, from a pointer or a value at hand.
struct FieldAccess: Equatable {
    let offsets: [Int]
    let type: String

    func fetch(from start: String, as type: String? = nil) -> String {
        "\(offsets.reduce(start) { "+\($1)(\($0))" }):\(type ?? self.type)"
    }
}

/// Why it cannot be told where a field is.
struct FieldError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// Knows no structures.
struct NoFieldResolver: FieldResolver {
    func access(to path: String, module: String?) throws(FieldError) -> FieldAccess {
        throw FieldError(description: "\(path): where members are is not known on this kernel")
    }

    func access(
        to path: String, ofArgumentsOf function: String, module: String?
    ) throws(FieldError) -> (argument: Int, access: FieldAccess) {
        throw FieldError(description: "\(path): where members are is not known on this kernel")
    }
}
