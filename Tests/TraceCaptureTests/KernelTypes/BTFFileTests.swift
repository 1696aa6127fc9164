import TestSupport
import Testing

@testable import TraceCapture

@Suite struct BTFFileTests {
    private func fields(_ file: SyntheticBTF, modules: [String: SyntheticBTF] = [:]) -> (
        KernelFields, TemporaryDirectory
    ) {
        let directory = TemporaryDirectory()
        directory.write("vmlinux", bytes: file.bytes)
        for (name, module) in modules { directory.write(name, bytes: module.bytes) }
        return (KernelFields(KernelTypes(directory: directory.path)), directory)
    }

    private func fetch(
        _ path: String, _ file: SyntheticBTF, modules: [String: SyntheticBTF] = [:], of module: String? = nil
    ) -> String {
        let (fields, directory) = fields(file, modules: modules)
        return withExtendedLifetime(directory) {
            do throws(FieldError) {
                return try fields.access(to: path, module: module).fetch(from: "%di")
            } catch {
                return error.description
            }
        }
    }

    // MARK: Kinds of fields

    @Test(arguments: [false, true])
    func everyKindOfFieldIsFetchedAsWhatItIs(isBigEndian: Bool) {
        var file = SyntheticBTF(isBigEndian: isBigEndian)
        let u32 = file.integer("unsigned int", bytes: 4)
        let s64 = file.integer("long", bytes: 8, isSigned: true)
        let char = file.integer("char", bytes: 1, isSigned: true)
        let u8 = file.integer("unsigned char", bytes: 1)
        let large = file.integer("__int128", bytes: 16)
        let constChar = file.add(10, third: char)
        let inner = file.structure("inner", size: 16, [("a", u32, 0), ("b", u32, 64)])
        let nameless = file.structure(
            "", isUnion: true, [("in_union", u32, 0), ("", file.structure("", [("deep", u8, 8)]), 0)])
        let typedef = file.add(8, "sector_t", third: file.add(9, third: s64))
        let pointer = file.pointer(to: u32)
        _ = file.structure(
            "s", size: 512,
            [
                ("u", u32, 0), ("sector", typedef, 64), ("text", file.array(of: char, 16), 128),
                ("name", file.pointer(to: constChar), 256), ("bytes", file.array(of: u8, 8), 320),
                ("many", file.array(of: u8, 65), 384), ("inner", inner, 1024), ("", nameless, 1280),
                ("next", pointer, 1344),
                ("list", file.array(of: inner, 4), 1408), ("enum", file.add(6, "e", third: 4, flag: true), 1920),
                ("wide", large, 2048), ("pointers", file.array(of: pointer, 2), 2176),
                ("float", file.add(16, "float", third: 4), 2304),
                ("open", file.array(of: u32, 0), 2336),
            ])
        var expected: [(String, String)] = [
            ("s.u", "+0(%di):u32"), ("s.sector", "+8(%di):s64"), ("s.text", "+16(%di):string"),
            ("s.name", "+0(+32(%di)):string"), ("s.bytes", "+40(%di):u8[8]"), ("s.bytes[7]", "+47(%di):u8"),
            ("s.many[64]", "+112(%di):u8"), ("s.inner.b", "+136(%di):u32"), ("s.in_union", "+160(%di):u32"),
            ("s.deep", "+161(%di):u8"), ("s.next", "+168(%di):x64"), ("s.list[3].b", "+232(%di):u32"),
            ("s.enum", "+240(%di):s32"), ("s.pointers", "+272(%di):x64[2]"), ("s.open[2]", "+300(%di):u32"),
            ("s.name[2]", "+2(+32(%di)):s8"),
        ]
        expected += [
            ("s.many", "s.many: it is an array of 65 elements, which a probe cannot record"),
            ("s.wide", "s.wide: it is an integer of 16 bytes, which a probe cannot record"),
            ("s.float", "s.float: it is a floating-point number, which a probe cannot record"),
            ("s.inner", "s.inner: it is a whole structure, which a probe cannot record"),
            ("s.list[4].b", "s.list[4].b: there are 4 elements, and no [4]"),
        ]
        for (path, fetch) in expected { #expect(self.fetch(path, file) == fetch) }
    }

    /// The kernel takes a bit-field's bits from the lowest; the format counts as memory does.
    @Test(
        arguments: [
            (false, 0, 1, "b1@0/8", 0), (false, 9, 3, "b3@1/8", 1), (false, 6, 4, "b4@6/16", 0),
            (false, 30, 4, "b4@30/64", 0),
            (true, 0, 1, "b1@7/8", 0), (true, 9, 3, "b3@4/8", 1), (true, 6, 4, "b4@6/16", 0),
            (false, 64, 32, "b32@0/32", 8),
        ] as [(Bool, UInt32, UInt32, String, Int)])
    func bitFieldsAreCountedFromTheLowestBit(isBigEndian: Bool, at: UInt32, bits: UInt32, type: String, offset: Int) {
        var file = SyntheticBTF(isBigEndian: isBigEndian)
        let word = file.integer("unsigned int", bytes: 4)
        _ = file.structure("s", flag: true, [("flag", word, bits << 24 | at), ("plain", word, 128)])
        #expect(fetch("s.flag", file) == "+\(offset)(%di):\(type)")
        #expect(fetch("s.plain", file) == "+16(%di):u32")
    }

    /// As compilers before `kind_flag` wrote them: the integer has the bits.
    @Test func bitFieldsByTheirTypeAreFound() {
        var file = SyntheticBTF()
        let three = file.integer("unsigned int", bytes: 4, bits: 3, at: 2)
        _ = file.structure("s", [("flag", three, 32)])
        #expect(fetch("s.flag", file) == "+4(%di):b3@2/8")
    }

    // MARK: Modules

    @Test func aModulesTypesGoOnFromTheKernels() {
        var kernel = SyntheticBTF()
        let word = kernel.integer("unsigned int", bytes: 4)
        let request = kernel.structure("request", [("tag", word, 32)])
        var module = SyntheticBTF(base: kernel)
        _ = module.structure("command", [("request", module.pointer(to: request), 64), ("result", word, 128)])
        let modules = ["driver": module]
        #expect(fetch("command.request->tag", kernel, modules: modules, of: "driver") == "+4(+8(%di)):u32")
        // Whoever does not say which module gets it where only one has the name.
        #expect(fetch("command.result", kernel, modules: modules) == "+16(%di):u32")
        #expect(fetch("command.result", kernel, modules: modules, of: "another") == "+16(%di):u32")
        #expect(fetch("command.result", kernel, modules: modules, of: "../driver") == "+16(%di):u32")
    }

    @Test func whatIsOnlyDeclaredIsFoundInAnotherModule() {
        var kernel = SyntheticBTF()
        let word = kernel.integer("unsigned int", bytes: 4)
        let command = kernel.declaration("command")
        _ = kernel.structure(
            "device", [("current", kernel.pointer(to: command), 0), ("data", kernel.pointer(to: 0), 64)])
        var module = SyntheticBTF(base: kernel)
        _ = module.structure("command", [("result", word, 128)])
        #expect(fetch("device.current->result", kernel, modules: ["driver": module]) == "+16(+0(%di)):u32")
        #expect(fetch("device.data->(command)result", kernel, modules: ["driver": module]) == "+16(+8(%di)):u32")
        #expect(fetch("device.current->result", kernel) == "device.current->result: this kernel has no struct command")
    }

    @Test func structuresOfOneNameMustAgree() {
        var kernel = SyntheticBTF()
        let word = kernel.integer("unsigned int", bytes: 4)
        func module(_ members: [(String, UInt32)]) -> SyntheticBTF {
            var module = SyntheticBTF(base: kernel)
            _ = module.structure("session", [members.map { ($0.0, word, $0.1) }].flatMap { $0 })
            return module
        }
        let modules = [
            "a": module([("age", 32), ("own", 64)]), "b": module([("age", 64), ("id", 0)]), "c": module([("id", 0)]),
        ]
        #expect(
            fetch("session.age", kernel, modules: modules)
                == "session.age: several types are called session: name the module")
        #expect(fetch("session.age", kernel, modules: modules, of: "b") == "+8(%di):u32")
        #expect(fetch("session.id", kernel, modules: modules) == "+0(%di):u32")
        #expect(fetch("session.own", kernel, modules: modules) == "+8(%di):u32")
    }

    @Test func argumentsAreFoundByName() throws {
        var file = SyntheticBTF()
        let word = file.integer("unsigned int", bytes: 4)
        let structure = file.structure("s", [("a", word, 64)])
        _ = file.function("f", [("first", word), ("second", file.pointer(to: structure)), ("third", structure)])
        let (fields, directory) = fields(file)
        try withExtendedLifetime(directory) {
            #expect(
                try fields.access(to: "first", ofArgumentsOf: "f", module: nil).access.fetch(from: "$arg1")
                    == "$arg1:u32")
            let second = try fields.access(to: "second->a", ofArgumentsOf: "f", module: nil)
            #expect(second.argument == 2)
            #expect(second.access.fetch(from: "%si", as: "x32") == "+8(%si):x32")
            #expect(throws: FieldError.self) { _ = try fields.access(to: "third.a", ofArgumentsOf: "f", module: nil) }
        }
    }

    // MARK: Hostile files

    private static let sound: SyntheticBTF = {
        var file = SyntheticBTF()
        _ = file.structure("s", [("a", file.integer("int", bytes: 4), 0)])
        return file
    }()

    @Test(
        arguments: [
            (0, 0, "it is no BTF"), (2, 2, "its version is 2"), (4, 23, "its sections reach beyond the end"),
            (11, 1, "its sections reach beyond the end"), (12, 60, "its sections reach beyond the end"),
            (16, 255, "its sections reach beyond the end"), (20, 99, "its sections reach beyond the end"),
            (12, 11, "its last type is cut"), (12, 20, "its last type is cut"),
            (24 + 7, 20, "type 1 is of a kind that is not known: 20"),
            (24 + 7, 0, "type 1 is of a kind that is not known: 0"),
            (24 + 16 + 4, 2, "its last type is cut"),
        ] as [(Int, UInt8, String)])
    func aFileThatLiesIsRefused(at: Int, value: UInt8, flaw: String) {
        var bytes = Self.sound.bytes
        bytes[at] = value
        #expect(throws: FieldError(.btfNotUsable(flaw), in: "f")) { _ = try BTFFile(bytes, path: "f") }
    }

    @Test func shortFilesAreRefused() throws {
        let bytes = Self.sound.bytes
        for count in 0..<bytes.count {
            #expect(throws: FieldError.self) { _ = try BTFFile(Array(bytes[..<count]), path: "f") }
        }
        #expect(try BTFFile(bytes, path: "f").typeIDs == 1..<3)
    }

    @Test func theBaseMustHaveTheByteOrder() throws {
        let base = try BTFFile(SyntheticBTF().bytes, path: "vmlinux")
        let flaw = FieldError(.btfNotUsable("its byte order is not its base's"), in: "m")
        #expect(throws: flaw) { _ = try BTFFile(SyntheticBTF(isBigEndian: true).bytes, path: "m", base: base) }
    }

    @Test func aNameThatDoesNotEndIsNone() throws {
        let bytes = Array(Self.sound.bytes.dropLast())
        var cut = bytes
        cut[20] -= 1
        let file = try BTFFile(cut, path: "f")
        // The name that was made last is the structure's.
        #expect(file.names(of: [.structure]) == [] && file.types(named: "s", of: [.structure]) == [])
    }

    /// Aliases and nameless structures that lead to themselves, and types and names that are not there.
    @Test func circlesAndWrongNumbersEnd() {
        var file = SyntheticBTF()
        let alias = file.add(8, "circle", third: 1)
        let nest = file.structure("nest", [("", 2, 0), ("", 2, 0), ("", 2, 0), ("x", alias, 0)])
        let arrays = file.array(of: 3, 2)
        _ = file.structure(
            "s", [("circle", alias, 0), ("none", 999, 0), ("pointer", file.pointer(to: 998), 0), ("arrays", arrays, 0)])
        _ = file.add(4, third: 8, count: 1, [1 << 30, 1 << 30, UInt32.max])
        #expect(nest == 2 && arrays == 3)
        #expect(fetch("s.circle", file).hasSuffix("its type is nested too deep"))
        #expect(fetch("nest.y", file).hasSuffix("its type is nested too deep"))
        #expect(fetch("s.none", file).hasSuffix("there is no type 999"))
        #expect(fetch("s.pointer", file) == "+0(%di):x64")
        #expect(fetch("s.pointer->x", file).hasSuffix("there is no type 998"))
        // Found by the fuzzer: an array of itself has no end.
        #expect(fetch("s.arrays", file) == "s.arrays: it is an array of arrays, which a probe cannot record")
        #expect(fetch("s.arrays[0][0][1].x", file).hasSuffix("its type is nested too deep"))
        #expect(fetch("circle.x", file) == "circle.x: this kernel has no struct circle")
    }

    /// Changed in a few bytes or cut, a file is refused or tells something; it neither traps nor takes long.
    @Test(arguments: [("6.1", "vmlinux"), ("7.3", "libiscsi")])
    func damageOfAnyKindIsSurvived(kernel: String, name: String) throws {
        let base = name == "vmlinux" ? nil : try BTFFile(BTFFixture.bytes(kernel, "vmlinux"), path: "vmlinux")
        let sound = BTFFixture.bytes(kernel, name)
        var random = SeededRandom(seed: 0xb7f)
        var read = 0
        for round in 0..<100 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: round % 3 == 0 ? 0..<24 : 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 4 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
            guard let file = try? BTFFile(bytes, path: "f", base: base) else { continue }
            read += 1
            for name in Set(file.names(of: [.structure, .union])) {
                for id in file.types(named: name, of: [.structure, .union]) {
                    visit(BTFStructure(file: file, id: id))
                }
            }
        }
        #expect(read > 20)
    }

    private func visit(_ structure: BTFStructure) {
        for name in structure.memberNames.prefix(20) {
            guard let path = try? TypePath("s.\(name)") else { continue }
            let walk = FieldWalk(path) { _ throws(FieldError) in [structure] }
            if let access = try? walk.access(from: structure) { #expect(access.offsets.count == 1) }
        }
    }
}
