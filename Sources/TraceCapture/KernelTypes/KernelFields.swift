import TraceFormat

/// Where the fields of the running kernel's structures are: by its own type information and, for structures that it does not
/// tell of, by offsets that were proven on it.
///
/// For one thread at a time.
final class KernelFields: FieldResolver {
    private let types: KernelTypes
    private let offsets: ProvenOffsets?

    /// - Parameter offsets: for what the types lack; nil for none.
    init(_ types: KernelTypes = KernelTypes(), offsets: ProvenOffsets? = nil) {
        self.types = types
        self.offsets = offsets
    }

    func access(to path: String, module: String?) throws(FieldError) -> FieldAccess {
        let path = try TypePath(path)
        let walk = walk(path, module: module)
        return try walk.agreed(path.root, try structures(path.root, path: path.text, module: module)) {
            structure throws(FieldError) in try walk.access(from: structure)
        }
    }

    func access(
        to path: String, ofArgumentsOf function: String, module: String?
    ) throws(FieldError) -> (argument: Int, access: FieldAccess) {
        let path = try TypePath(path)
        let forms = try types.parameters(of: function, module: module)
        if forms.isEmpty {
            let similar = nearestNames(to: function, among: types.names(of: [.function]))
            throw FieldError(.noFunction(function, similar: similar), in: path.text)
        }
        let walk = walk(path, module: module)
        let found = try walk.agreed(function, forms) { parameters throws(FieldError) in
            guard let position = parameters.firstIndex(where: { $0.name == path.root }) else {
                let known = parameters.map(\.name)
                throw FieldError(.noParameter(path.root, function: function, known: known), in: path.text)
            }
            let access = try walk.access(fromValue: parameters[position].type)
            return Argument(number: position + 1, access: access)
        }
        return (found.number, found.access)
    }

    func size(of structure: String, module: String?) throws(FieldError) -> Int {
        let candidates = try structures(structure, path: structure, module: module)
        let sizes = Set(candidates.compactMap(\.size))
        guard sizes.count <= 1 else { throw FieldError(.ambiguous(structure), in: structure) }
        guard let size = sizes.first else {
            throw FieldError(.notProven("its size", reason: "nothing proves sizes"), in: structure)
        }
        return size
    }

    private struct Argument: Equatable {
        let number: Int
        let access: FieldAccess
    }

    private func walk(_ path: TypePath, module: String?) -> FieldWalk {
        FieldWalk(path) { name throws(FieldError) in
            try self.structures(name, path: path.text, module: module)
        }
    }

    /// Those of a name, one at least. The kernel's own word counts before any table.
    private func structures(_ name: String, path: String, module: String?) throws(FieldError) -> [any StructureType] {
        var missing = FieldError.Problem.noTypes
        do throws(FieldError) {
            let found = try types.structures(named: name, module: module)
            if !found.isEmpty { return found }
            missing = .noStructure(name, similar: nearestNames(to: name, among: types.names(of: [.structure, .union])))
        } catch {
            guard error.problem == .noTypes else { throw error }
        }
        if let structure = offsets?.structure(named: name) { return [structure] }
        throw FieldError(missing, in: path)
    }
}
