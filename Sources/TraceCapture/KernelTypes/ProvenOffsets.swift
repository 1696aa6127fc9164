/// Members of structures that the kernel's own types lack, at offsets that were proven on it.
///
/// Nothing is proven before a member is asked for, since that takes seconds; then all of the table's are at once. For one thread
/// at a time.
final class ProvenOffsets {
    private let rows: [OffsetTable.Row]
    private let proof: any OffsetProof
    private var verdicts: [OffsetTable.Row: OffsetVerdict]?

    /// - Parameters:
    ///   - release: of the kernel that runs.
    ///   - architecture: as uname has it: `x86_64`.
    init(
        _ table: OffsetTable = .builtin, release: KernelRelease, architecture: String, proof: any OffsetProof
    ) {
        rows = table.rows(for: release, architecture: architecture)
        self.proof = proof
    }

    /// A structure of the table; nil if it has none of the name for this kernel.
    func structure(named name: String) -> (any StructureType)? {
        let members = rows.filter { $0.structure == name }
        return members.isEmpty ? nil : TableStructure(name: name, rows: members, offsets: self)
    }

    fileprivate func verdict(on row: OffsetTable.Row) -> OffsetVerdict {
        let verdicts = verdicts ?? proof.verdicts(on: rows)
        self.verdicts = verdicts
        return verdicts[row] ?? .unproven("nothing was found out")
    }
}

/// A structure of which a table has some members.
private struct TableStructure: StructureType {
    let name: String
    let rows: [OffsetTable.Row]
    let offsets: ProvenOffsets

    var size: Int? { nil }
    var memberNames: [String] { rows.map(\.member) }

    func member(_ name: String) throws(FieldError) -> StructureMember? {
        let candidates = rows.filter { $0.member == name }
        guard let first = candidates.first else {
            let name = "\(self.name).\(name)"
            throw FieldError(.notProven(name, reason: "no table has it"), in: name)
        }
        let proven = candidates.filter { offsets.verdict(on: $0) == .proven }
        guard let row = proven.first else {
            guard case .unproven(let reason) = offsets.verdict(on: first) else { return nil }
            throw FieldError(.notProven(first.name, reason: reason), in: first.name)
        }
        guard proven.allSatisfy({ $0.offset == row.offset && $0.type == row.type }) else {
            throw FieldError(.notProven(first.name, reason: "several offsets fit"), in: first.name)
        }
        return StructureMember(
            type: TableReference(member: row.type), bitOffset: row.offset * 8, bitfieldSize: nil, isBigEndian: false)
    }
}

/// The type of a member in the table.
private struct TableReference: TypeReference {
    let member: OffsetTable.MemberType

    func type() -> FieldType {
        switch member {
        case .integer(let bytes, let isSigned): .integer(bytes: bytes, isSigned: isSigned, isCharacter: false)
        case .pointer(let structure): .pointer(to: Declared(name: structure))
        }
    }

    /// Its members are looked up by its name when somebody steps there.
    private struct Declared: TypeReference {
        let name: String
        func type() -> FieldType { .declared(name) }
    }
}
