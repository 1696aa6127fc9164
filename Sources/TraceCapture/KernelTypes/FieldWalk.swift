import TraceFormat

/// A way through types, from a structure or a value to a field.
///
/// For one thread at a time.
final class FieldWalk {
    /// Looks a structure up by its name; those that there are, one at least.
    typealias Structures = (String) throws(FieldError) -> [any StructureType]

    /// Structures that are gone through on one walk, since a file may have any number of a name.
    private static let maxStructures = 1000

    private let path: TypePath
    private let structures: Structures
    private var structuresLeft = maxStructures

    init(_ path: TypePath, structures: @escaping Structures) {
        self.path = path
        self.structures = structures
    }

    /// Where a walk is.
    private struct Place {
        var type: FieldType
        /// Offsets of the pointers read so far.
        var offsets: [Int] = []
        /// From the last pointer; nil while what is at hand is the value itself.
        var bitOffset: Int?
        var member: StructureMember?
        /// As it was named last, for messages.
        var name: String
    }

    /// The way to the field from a pointer to a structure.
    func access(from structure: any StructureType) throws(FieldError) -> FieldAccess {
        if path.steps.isEmpty { throw error(.noValue("a whole structure")) }
        let whole = Place(type: .structure(structure), bitOffset: 0, name: structure.name)
        var member = whole
        for name in path.container { member = try entering(name, of: member) }
        var place = whole
        place.bitOffset = -(member.bitOffset ?? 0)
        return try access(place, path.steps[...])
    }

    /// The way to the field from a value of this type.
    func access(fromValue type: any TypeReference) throws(FieldError) -> FieldAccess {
        if !path.container.isEmpty { throw error(.notAPath("a parameter is in no structure")) }
        return try access(Place(type: try type.type(), name: path.root), path.steps[...])
    }

    private func error(_ problem: FieldError.Problem) -> FieldError { FieldError(problem, in: path.text) }

    private func access(_ place: Place, _ steps: ArraySlice<TypePath.Step>) throws(FieldError) -> FieldAccess {
        var place = place
        guard let step = steps.first else { return try end(place) }
        switch step {
        case .member(let name):
            place = try entering(name, of: place)
        case .element(let index):
            place = try element(index, of: place)
        case .pointee(let name, let structure):
            let target = try pointee(of: place)
            if let name = structure ?? target.declaredName {
                return try access(throughStructuresNamed: name, place, steps)
            }
            place = try entering(name, of: followed(place, to: target))
        }
        return try access(place, steps.dropFirst())
    }

    /// Goes on in each structure of a name. They must agree, as far as they have an answer.
    private func access(
        throughStructuresNamed structure: String, _ place: Place, _ steps: ArraySlice<TypePath.Step>
    ) throws(FieldError) -> FieldAccess {
        guard case .pointee(let name, _)? = steps.first else { throw error(.tooDeep) }
        let candidates = try structures(structure)
        return try agreed(structure, candidates) { candidate throws(FieldError) in
            structuresLeft -= 1
            guard structuresLeft > 0 else { throw error(.tooDeep) }
            let place = try entering(name, of: followed(place, to: .structure(candidate)))
            return try access(place, steps.dropFirst())
        }
    }

    // MARK: Steps

    private func entering(_ name: String, of place: Place) throws(FieldError) -> Place {
        guard case .structure(let structure) = place.type else {
            throw error(.notAStructure(place.name, isPointer: place.type.isPointer))
        }
        guard let bitOffset = place.bitOffset else { throw error(.noValue("in a structure that is passed by value")) }
        guard let member = try structure.member(name) else {
            let similar = nearestNames(to: name, among: structure.memberNames)
            throw error(.noMember(name, structure: structure.name, similar: similar))
        }
        var next = place
        next.type = try member.type.type()
        next.bitOffset = bitOffset + member.bitOffset
        next.member = member
        next.name = name
        return next
    }

    private func pointee(of place: Place) throws(FieldError) -> FieldType {
        guard case .pointer(let target) = place.type else { throw error(.notAPointer(place.name)) }
        return try target.type()
    }

    /// Behind the pointer that the walk is at.
    private func followed(_ place: Place, to target: FieldType) -> Place {
        var next = place
        if let bitOffset = place.bitOffset { next.offsets.append(bitOffset / 8) }
        next.bitOffset = 0
        next.member = nil
        next.type = target
        return next
    }

    private func element(_ index: Int, of place: Place) throws(FieldError) -> Place {
        var next = place
        switch place.type {
        case .array(let element, let count):
            if count > 0, index >= count { throw error(.indexTooLarge(index, count: count)) }
            next.type = try element.type()
        case .pointer(let target): next = followed(place, to: try target.type())
        default: throw error(.notAnArray(place.name))
        }
        guard let bitOffset = next.bitOffset else { throw error(.noValue("in an array that is passed by value")) }
        let (bits, overflow) = try size(of: next.type, depth: 0).multipliedReportingOverflow(by: index * 8)
        // No structure is as long as that.
        guard !overflow, bits < 1 << 40 else { throw error(.tooDeep) }
        next.bitOffset = bitOffset + bits
        next.member = nil
        return next
    }

    /// Bytes.
    private func size(of type: FieldType, depth: Int) throws(FieldError) -> Int {
        guard depth < 16 else { throw error(.tooDeep) }
        switch type {
        case .integer(let bytes, _, _): return bytes
        case .pointer: return FieldValue.pointerSize
        case .array(let element, let count):
            let (bytes, overflow) = try size(of: element.type(), depth: depth + 1).multipliedReportingOverflow(
                by: count)
            if overflow { throw error(.tooDeep) }
            return bytes
        case .structure(let structure):
            if let size = structure.size { return size }
            throw error(.noValue("in an array of structures of unknown size"))
        case .void, .declared, .other: throw error(.noValue("in an array of elements of unknown size"))
        }
    }

    // MARK: The end

    private func end(_ place: Place) throws(FieldError) -> FieldAccess {
        if let bits = place.member?.bitfieldSize, let bitOffset = place.bitOffset {
            return try bitfield(place, bits: bits, bitOffset: bitOffset)
        }
        guard (place.bitOffset ?? 0) % 8 == 0 else { throw error(.noValue("at no whole byte")) }
        let offsets = place.offsets + (place.bitOffset.map { [$0 / 8] } ?? [])
        return FieldAccess(offsets: offsets, value: try value(of: place.type))
    }

    private func value(of type: FieldType) throws(FieldError) -> FieldValue {
        switch type {
        case .integer(let bytes, let isSigned, _):
            guard [1, 2, 4, 8].contains(bytes) else { throw error(.noValue("an integer of \(bytes) bytes")) }
            return .integer(bytes: bytes, isSigned: isSigned)
        case .pointer(let target):
            if case .integer(_, _, isCharacter: true)? = try? target.type() { return .stringPointer }
            return .pointer
        case .array(let element, let count): return try array(of: element.type(), count: count)
        case .structure, .declared: throw error(.noValue("a whole structure"))
        case .void: throw error(.noValue("nothing"))
        case .other(let what): throw error(.noValue(what))
        }
    }

    private func array(of element: FieldType, count: Int) throws(FieldError) -> FieldValue {
        if case .integer(_, _, isCharacter: true) = element { return .string(bytes: count) }
        guard (1...FieldValue.maxArrayCount).contains(count) else {
            throw error(.noValue("an array of \(count) elements"))
        }
        // Not looked into: an array may be of itself.
        if case .array = element { throw error(.noValue("an array of arrays")) }
        switch try value(of: element) {
        case .integer(let bytes, let isSigned): return .array(elementBytes: bytes, isSigned: isSigned, count: count)
        case .pointer, .stringPointer:
            return .array(elementBytes: FieldValue.pointerSize, isSigned: nil, count: count)
        default: throw error(.noValue("an array"))
        }
    }

    /// The least integer that the bits lie in, at an offset that it would have as a member.
    private func bitfield(_ place: Place, bits: Int, bitOffset: Int) throws(FieldError) -> FieldAccess {
        guard case .integer(_, let isSigned, _) = place.type else { throw error(.noValue("a bit-field of no integer")) }
        for bytes in [1, 2, 4, 8] where bits > 0 {
            let offset = bitOffset / 8 / bytes * bytes
            let first = bitOffset - offset * 8
            guard first + bits <= bytes * 8 else { continue }
            let lowest = place.member?.isBigEndian == true ? bytes * 8 - first - bits : first
            return FieldAccess(
                offsets: place.offsets + [offset],
                value: .bitfield(bits: bits, lowestBit: lowest, containerBytes: bytes, isSigned: isSigned))
        }
        throw error(.noValue("a bit-field across integers"))
    }

    // MARK: Agreement

    /// The one answer of all that have one; else why the first has none.
    func agreed<Candidate, Answer: Equatable>(
        _ name: String, _ candidates: [Candidate], _ answer: (Candidate) throws(FieldError) -> Answer
    ) throws(FieldError) -> Answer {
        var found: Answer?
        var failure: FieldError?
        for candidate in candidates {
            do throws(FieldError) {
                let answer = try answer(candidate)
                if let found, found != answer { throw error(.ambiguous(name)) }
                found = answer
            } catch {
                if case .ambiguous = error.problem { throw error }
                failure = failure ?? error
            }
        }
        if let found { return found }
        throw failure ?? error(.noStructure(name, similar: []))
    }
}

extension FieldType {
    fileprivate var isPointer: Bool {
        if case .pointer = self { true } else { false }
    }

    fileprivate var declaredName: String? {
        if case .declared(let name) = self { name } else { nil }
    }
}
