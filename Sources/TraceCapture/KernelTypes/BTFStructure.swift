/// A type of a BTF file, not yet looked at.
struct BTFReference: TypeReference {
    let file: BTFFile
    let id: BTFFile.TypeID

    /// Aliases of aliases; compilers make a handful.
    private static let maxAliases = 32

    func type() throws(FieldError) -> FieldType {
        guard let found = try unaliased() else { return .void }
        let type = found.type
        switch type.kind {
        case .integer:
            let isCharacter = type.size == 1 && file.name(type.nameOffset) == "char"
            return .integer(bytes: type.size, isSigned: type.isSigned, isCharacter: isCharacter)
        case .enumeration, .enumeration64:
            return .integer(bytes: type.size, isSigned: type.isSigned, isCharacter: false)
        case .pointer: return .pointer(to: BTFReference(file: file, id: type.target))
        case .array:
            return .array(of: BTFReference(file: file, id: type.elements.type), count: type.elements.count)
        case .structure, .union: return .structure(BTFStructure(file: file, id: found.id))
        case .declaration: return .declared(file.name(type.nameOffset))
        case .float: return .other("a floating-point number")
        default: return .other("a function")
        }
    }

    /// Behind its aliases; nil for `void`.
    func unaliased() throws(FieldError) -> (id: BTFFile.TypeID, type: BTFType)? {
        var id = id
        for _ in 0..<Self.maxAliases {
            if id == 0 { return nil }
            guard let type = file.type(id) else {
                throw FieldError(.btfNotUsable("there is no type \(id)"), in: file.path)
            }
            if !type.isAlias { return (id, type) }
            id = type.target
        }
        throw FieldError(.tooDeep, in: file.path)
    }
}

/// A structure or union of a BTF file.
struct BTFStructure: StructureType {
    let file: BTFFile
    let id: BTFFile.TypeID

    /// Nameless structures in nameless structures; people write two or three.
    private static let maxDepth = 16
    /// Members that are looked at for one name, since files may refer to the same type again and again.
    private static let maxMembers = 100_000

    private var type: BTFType { file.type(id)! }

    var name: String { file.name(type.nameOffset) }
    var size: Int? { type.size }

    var memberNames: [String] {
        var names: [String] = []
        try? visit { name, _ in
            names.append(file.name(name))
            return false
        }
        return names
    }

    func member(_ name: String) throws(FieldError) -> StructureMember? {
        var found: StructureMember?
        try visit { offset, member in
            if file.name(offset) == name { found = member }
            return found != nil
        }
        return found
    }

    /// Calls with each member that has a name until that returns true.
    private func visit(_ body: (UInt32, StructureMember) -> Bool) throws(FieldError) {
        var allowed = Self.maxMembers
        _ = try visit(at: 0, depth: 0, &allowed, body)
    }

    private func visit(
        at start: Int, depth: Int, _ allowed: inout Int, _ body: (UInt32, StructureMember) -> Bool
    ) throws(FieldError) -> Bool {
        let type = type
        guard depth < Self.maxDepth else { throw FieldError(.tooDeep, in: file.path) }
        for position in 0..<type.count {
            allowed -= 1
            guard allowed > 0 else { throw FieldError(.tooDeep, in: file.path) }
            let member = type.member(position)
            if member.nameOffset != 0 {
                if body(member.nameOffset, try self.member(member, at: start)) { return true }
            } else if let inner = try BTFReference(file: file, id: member.type).unaliased(),
                inner.type.kind == .structure || inner.type.kind == .union
            {
                let inner = BTFStructure(file: file, id: inner.id)
                if try inner.visit(at: start + member.bitOffset, depth: depth + 1, &allowed, body) { return true }
            }
        }
        return false
    }

    /// A member with what its type tells of it where it was compiled without `kind_flag`.
    private func member(_ member: BTFType.Member, at start: Int) throws(FieldError) -> StructureMember {
        let reference = BTFReference(file: file, id: member.type)
        var offset = start + member.bitOffset
        var bits = member.bitfieldSize > 0 ? member.bitfieldSize : nil
        if bits == nil, let legacy = (try? reference.unaliased())?.type.legacyBitfield {
            offset += legacy.offset
            bits = legacy.bits
        }
        return StructureMember(type: reference, bitOffset: offset, bitfieldSize: bits, isBigEndian: file.isBigEndian)
    }
}
