/// Type information of a kernel or a module in the kernel's own form, BTF (Documentation/bpf/btf.rst of Linux), as
/// `/sys/kernel/btf/NAME` has it.
///
/// A module's is *split*: its numbers of types and offsets of names go on from vmlinux', which is its base. The file may be anybody's:
/// nothing is read beyond its end, whatever it claims, and nothing here follows a reference.
final class BTFFile: Sendable {
    /// Types by kind and number. 0 is `void`, in no file.
    typealias TypeID = UInt32

    /// Bytes; those of the largest kernels have some 20 MiB.
    static let maxSize = 256 << 20

    private static let magic: UInt16 = 0xeb9f

    /// For messages.
    let path: String
    let base: BTFFile?
    /// The numbers of the types that are in this file.
    let typeIDs: Range<TypeID>
    let isBigEndian: Bool
    private let bytes: [UInt8]
    private let strings: Range<Int>
    /// The offset of the first string among those of all files.
    private let firstName: Int
    /// Where in `bytes` each type begins.
    private let offsets: [UInt32]

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - base: of a module: vmlinux.
    /// - Throws: `.btfNotUsable`.
    init(_ bytes: [UInt8], path: String, base: BTFFile? = nil) throws(FieldError) {
        func refuse(_ flaw: String) -> FieldError { FieldError(.btfNotUsable(flaw), in: path) }

        guard bytes.count >= 24, bytes.count <= Self.maxSize else { throw refuse("it is no BTF") }
        let mark = bytes.number(UInt16.self, at: 0, isBigEndian: false)
        guard mark == Self.magic || mark.byteSwapped == Self.magic else { throw refuse("it is no BTF") }
        guard bytes[2] == 1 else { throw refuse("its version is \(bytes[2])") }
        let isBigEndian = mark != Self.magic
        if let base, base.isBigEndian != isBigEndian { throw refuse("its byte order is not its base's") }
        let header = (0..<5).map { Int(bytes.number(UInt32.self, at: 4 + 4 * $0, isBigEndian: isBigEndian)) }
        let types = header[0] + header[1]..<header[0] + header[1] + header[2]
        strings = header[0] + header[3]..<header[0] + header[3] + header[4]
        // Types may be left out by a module that has none, but no file's names.
        guard header[0] >= 24, types.upperBound <= bytes.count, strings.upperBound <= bytes.count else {
            throw refuse("its sections reach beyond the end")
        }
        self.path = path
        self.base = base
        self.bytes = bytes
        self.isBigEndian = isBigEndian
        firstName = base.map { $0.firstName + $0.strings.count } ?? 0
        do throws(Flaw) {
            offsets = try Self.offsets(of: types, in: bytes, isBigEndian: isBigEndian)
        } catch {
            throw refuse(error.text)
        }
        let first = base?.typeIDs.upperBound ?? 1
        typeIDs = first..<first + TypeID(offsets.count)
    }

    private struct Flaw: Error { let text: String }

    private static func offsets(
        of types: Range<Int>, in bytes: [UInt8], isBigEndian: Bool
    ) throws(Flaw) -> [UInt32] {
        var offsets: [UInt32] = []
        offsets.reserveCapacity(types.count / 24)
        var at = types.lowerBound
        while at < types.upperBound {
            guard types.upperBound - at >= BTFType.headSize else { throw Flaw(text: "its last type is cut") }
            let info = bytes.number(UInt32.self, at: at + 4, isBigEndian: isBigEndian)
            guard let size = BTFType.size(info: info) else {
                throw Flaw(text: "type \(offsets.count + 1) is of a kind that is not known: \(info >> 24 & 0x1f)")
            }
            guard size <= types.upperBound - at else { throw Flaw(text: "its last type is cut") }
            offsets.append(UInt32(at))
            at += size
        }
        return offsets
    }

    /// The type of this number, of this file or its base.
    ///
    /// - Returns: nil for 0, which is `void`, and for a number that no type has.
    func type(_ id: TypeID) -> BTFType? {
        guard typeIDs.contains(id) else { return id < typeIDs.lowerBound ? base?.type(id) : nil }
        return BTFType(bytes, at: Int(offsets[Int(id - typeIDs.lowerBound)]), isBigEndian: isBigEndian)
    }

    /// The name at this offset into the names of this file and its base; empty for what has none, or one that is
    /// not there or does not end.
    func name(_ offset: UInt32) -> String { String(decoding: nameBytes(offset), as: UTF8.self) }

    private func nameBytes(_ offset: UInt32) -> ArraySlice<UInt8> {
        let place = Int(offset) - firstName
        if place < 0 { return base?.nameBytes(offset) ?? [] }
        guard place < strings.count else { return [] }
        let rest = bytes[strings.lowerBound + place..<strings.upperBound]
        return rest.firstIndex(of: 0).map { rest[..<$0] } ?? []
    }

    /// Whether the name at an offset is this one; looks at no more of it than that takes.
    private func hasName(_ offset: UInt32, _ name: [UInt8]) -> Bool {
        let place = Int(offset) - firstName
        if place < 0 { return base?.hasName(offset, name) ?? false }
        guard place + name.count < strings.count else { return false }
        let start = strings.lowerBound + place
        return bytes[start] == name[0] && bytes[start + name.count] == 0
            && bytes[start..<start + name.count].elementsEqual(name)
    }

    /// The types of these kinds and this name that are in this file itself.
    func types(named name: String, of kinds: Set<BTFType.Kind>) -> [TypeID] {
        let wanted = Array(name.utf8)
        if wanted.isEmpty || wanted.contains(0) { return [] }
        return types(of: kinds) { hasName($0, wanted) }
    }

    /// The names of all types of these kinds in this file itself.
    func names(of kinds: Set<BTFType.Kind>) -> [String] {
        types(of: kinds) { _ in true }.map { name(type($0)!.nameOffset) }.filter { !$0.isEmpty }
    }

    /// A hundred thousand types are looked at for each name, so no more of them than it takes.
    private func types(of kinds: Set<BTFType.Kind>, where isNamed: (UInt32) -> Bool) -> [TypeID] {
        let mask = kinds.reduce(UInt32(0)) { $0 | 1 << UInt32($1.rawValue) }
        var found: [TypeID] = []
        for (position, offset) in offsets.enumerated() {
            let info = bytes.number(UInt32.self, at: Int(offset) + 4, isBigEndian: isBigEndian)
            guard mask >> (info >> 24 & 0x1f) & 1 != 0,
                isNamed(bytes.number(UInt32.self, at: Int(offset), isBigEndian: isBigEndian))
            else { continue }
            found.append(typeIDs.lowerBound + TypeID(position))
        }
        return found
    }
}

extension [UInt8] {
    /// The number at an offset, which must lie inside.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type, at offset: Int, isBigEndian: Bool
    ) -> Number {
        let stored = span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self)
        return isBigEndian ? Number(bigEndian: stored) : Number(littleEndian: stored)
    }
}
