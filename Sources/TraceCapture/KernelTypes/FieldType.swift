/// A type as somebody sees it who steps through it, whoever tells it.
enum FieldType {
    case void
    /// Also what enumerations and truth values are.
    case integer(bytes: Int, isSigned: Bool, isCharacter: Bool)
    case pointer(to: any TypeReference)
    /// - count: 0 for as many as there are behind the structure.
    case array(of: any TypeReference, count: Int)
    /// Or a union, all of whose members begin at 0.
    case structure(any StructureType)
    /// A structure of which only the name is known here; another module has its members.
    case declared(String)
    /// What no probe can record; in words.
    case other(String)
}

/// A type that is looked at only when somebody steps there: types go round in circles.
protocol TypeReference {
    func type() throws(FieldError) -> FieldType
}

/// A structure, and where its members are.
protocol StructureType {
    var name: String { get }
    /// Bytes; nil if that is not known.
    var size: Int? { get }
    /// The members that can be named, those of nameless structures in it too; for hints.
    var memberNames: [String] { get }

    /// - Returns: nil if there is none of the name.
    /// - Throws: `.tooDeep`, `.notProven`.
    func member(_ name: String) throws(FieldError) -> StructureMember?
}

/// A member of a structure.
struct StructureMember {
    let type: any TypeReference
    /// From the structure's beginning, in bits. Of a bit-field, counted as the memory's first bit is: the highest or lowest of a byte.
    let bitOffset: Int
    /// Bits of a bit-field.
    let bitfieldSize: Int?
    /// Whether the highest bit is the first, of bit-fields.
    let isBigEndian: Bool
}
