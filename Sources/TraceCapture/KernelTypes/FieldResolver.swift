/// Tells where the fields of kernel structures are, on the kernel that runs.
///
/// For one thread at a time.
protocol FieldResolver {
    /// Where a field of a structure is, from a pointer to the structure.
    ///
    /// - Parameters:
    ///   - path: `request.__sector`. See ``TypePath``.
    ///   - module: whose structure it is where several have one of the name; that of the function with the probe, most often.
    func access(to path: String, module: String?) throws(FieldError) -> FieldAccess

    /// Where a parameter of a function is, or a field that it leads to, from the argument as the function gets it.
    ///
    /// - Parameters:
    ///   - path: `bd->rq->__sector`, which begins with the parameter's name in the source.
    ///   - module: that the function is in; nil for what is built in, or not known.
    /// - Returns: which argument it is, counted from 1 as probes do.
    func access(
        to path: String, ofArgumentsOf function: String, module: String?
    ) throws(FieldError) -> (argument: Int, access: FieldAccess)

    /// The bytes of a structure: what lies behind one in memory is found by it, such as a driver's data behind its request.
    func size(of structure: String, module: String?) throws(FieldError) -> Int
}
