@testable import TraceCapture

/// Reads `bytes` as the types of a kernel, and as those of a module of a kernel with the same types, and steps to every field.
public func checkBTF(_ bytes: [UInt8]) {
    do throws(FieldError) {
        let kernel = try BTFFile(bytes, path: "types")
        check(kernel)
        check(try BTFFile(bytes, path: "types", base: kernel))
    } catch {
        expect(!error.description.isEmpty, "an error without a word")
    }
}

private func check(_ file: BTFFile) {
    for id in file.typeIDs {
        let type = file.type(id)!
        switch type.kind {
        case .structure, .union: check(BTFStructure(file: file, id: id))
        case .functionPrototype: for position in 0..<type.count { check(type.parameter(position), of: file) }
        default: _ = try? BTFReference(file: file, id: id).type()
        }
    }
    for name in file.names(of: [.structure]).prefix(4) {
        expect(!file.types(named: name, of: [.structure]).isEmpty || !isText(name), "no structure of the name \(name)")
    }
}

/// Whether a name has come through decoding as it was.
private func isText(_ name: String) -> Bool { !name.unicodeScalars.contains("\u{fffd}") }

private func check(_ parameter: BTFType.Parameter, of file: BTFFile) {
    _ = file.name(parameter.nameOffset)
    _ = try? BTFReference(file: file, id: parameter.type).type()
}

/// A member that its path leads to has the offset that it is found at, and so have its first element and the bits in it.
private func check(_ structure: BTFStructure) {
    for name in structure.memberNames.prefix(16) {
        guard let path = try? TypePath("s.\(name)"), path.steps == [.member(name)] else { continue }
        guard let access = try? walk(path.text, structure), let member = try? structure.member(name) else { continue }
        expect(access.offsets.count == 1, "another way than into the structure")
        if case .bitfield(let bits, let lowest, let bytes, _) = access.value {
            expect(bits + lowest <= bytes * 8 && lowest >= 0, "bits beyond the integer")
            expect(access.offsets[0] <= member.bitOffset / 8, "bits before the integer")
        } else {
            expect(access.offsets[0] * 8 == member.bitOffset, "another offset")
            expect(access.value == .stringPointer || !access.fetch(from: "$arg1").hasPrefix("+0(+"), "another step")
        }
        if case .array = access.value, let first = try? walk("\(path.text)[0]", structure) {
            expect(first.offsets == access.offsets, "the first element is elsewhere")
        }
        for further in ["[1]", "->a", "->(s)\(name)", "->a.b", ".a[2]->b"] {
            _ = try? walk(path.text + further, structure)
        }
    }
}

private func walk(_ text: String, _ structure: BTFStructure) throws(FieldError) -> FieldAccess {
    try FieldWalk(try TypePath(text)) { _ throws(FieldError) in [structure, structure] }.access(from: structure)
}
