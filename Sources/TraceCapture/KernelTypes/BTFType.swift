/// A type of a BTF file, as it is stored there.
struct BTFType {
    /// What a type is. The numbers are the format's.
    enum Kind: UInt8, Sendable {
        case integer = 1
        case pointer, array, structure, union, enumeration, declaration, typedef, volatile, const, restrict
        case function, functionPrototype, variable, section, float, declarationTag, typeTag, enumeration64
    }

    /// A member of a structure or union.
    struct Member: Equatable {
        let nameOffset: UInt32
        let type: BTFFile.TypeID
        /// From the structure's beginning, in bits.
        let bitOffset: Int
        /// Bits; 0 for what is no bit-field, as far as the member tells. See ``BTFType/legacyBitfield``.
        let bitfieldSize: Int
    }

    /// A parameter of a function.
    struct Parameter: Equatable {
        let nameOffset: UInt32
        let type: BTFFile.TypeID
    }

    /// Bytes of a type's beginning: name, kind and count, size or type.
    static let headSize = 12

    let kind: Kind
    let nameOffset: UInt32
    /// How many members, values or parameters it has.
    let count: Int
    /// What the kind makes of it: members are bit-fields too, enumerations are signed, declarations are of unions.
    let hasFlag: Bool
    /// The size in bytes, or the type that is pointed to, renamed or returned.
    private let sizeOrType: UInt32
    private let bytes: [UInt8]
    private let isBigEndian: Bool
    /// Where what follows the beginning stands.
    private let start: Int

    /// - Parameter offset: of a type that is known to be of a known kind and whole.
    init(_ bytes: [UInt8], at offset: Int, isBigEndian: Bool) {
        let info = bytes.number(UInt32.self, at: offset + 4, isBigEndian: isBigEndian)
        nameOffset = bytes.number(UInt32.self, at: offset, isBigEndian: isBigEndian)
        sizeOrType = bytes.number(UInt32.self, at: offset + 8, isBigEndian: isBigEndian)
        kind = Kind(rawValue: UInt8(info >> 24 & 0x1f))!
        count = Int(info & 0xffff)
        hasFlag = info >> 31 != 0
        self.bytes = bytes
        self.isBigEndian = isBigEndian
        start = offset + Self.headSize
    }

    /// The bytes of a type; nil for a kind that is not known, whose length cannot be told.
    static func size(info: UInt32) -> Int? {
        guard let kind = Kind(rawValue: UInt8(info >> 24 & 0x1f)) else { return nil }
        let count = Int(info & 0xffff)
        let rest =
            switch kind {
            case .integer, .variable, .declarationTag: 4
            case .array: 12
            case .structure, .union, .section, .enumeration64: 12 * count
            case .enumeration, .functionPrototype: 8 * count
            case .pointer, .declaration, .typedef, .volatile, .const, .restrict, .function, .float, .typeTag: 0
            }
        return headSize + rest
    }

    private func word(_ position: Int) -> UInt32 {
        bytes.number(UInt32.self, at: start + 4 * position, isBigEndian: isBigEndian)
    }

    /// Bytes, of a type that has a size of its own.
    var size: Int { Int(sizeOrType) }

    /// The type that is pointed to, renamed, qualified or returned; the prototype of a function.
    var target: BTFFile.TypeID { sizeOrType }

    /// Whether it is another type by a name of its own, or with qualifiers.
    var isAlias: Bool {
        switch kind {
        case .typedef, .volatile, .const, .restrict, .typeTag: true
        default: false
        }
    }

    /// Whether values can be negative, of an integer or enumeration.
    var isSigned: Bool { kind == .integer ? word(0) >> 24 & 1 != 0 : hasFlag }

    /// The bits of an integer that is a bit-field by its type, as compilers wrote before members could tell: where in it they begin,
    /// and how many they are.
    var legacyBitfield: (offset: Int, bits: Int)? {
        guard kind == .integer else { return nil }
        let (offset, bits) = (Int(word(0) >> 16 & 0xff), Int(word(0) & 0xff))
        return offset != 0 || bits != size * 8 ? (offset, bits) : nil
    }

    /// The type and number of an array's elements.
    var elements: (type: BTFFile.TypeID, count: Int) { (word(0), Int(word(2))) }

    /// A member of a structure or union.
    ///
    /// - Parameter position: less than `count`.
    func member(_ position: Int) -> Member {
        let offset = word(3 * position + 2)
        return Member(
            nameOffset: word(3 * position), type: word(3 * position + 1),
            bitOffset: Int(hasFlag ? offset & 0xff_ffff : offset), bitfieldSize: hasFlag ? Int(offset >> 24) : 0)
    }

    /// A parameter of a function's prototype.
    ///
    /// - Parameter position: less than `count`.
    func parameter(_ position: Int) -> Parameter {
        Parameter(nameOffset: word(2 * position), type: word(2 * position + 1))
    }
}
