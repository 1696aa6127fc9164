import Testing

@testable import TraceCapture

@Suite struct ElfFileTests {
    private static let code = SyntheticElf.codeAddress
    private static let offset = UInt64(SyntheticElf.codeOffset)

    private func functions(_ elf: SyntheticElf) throws -> [ElfFunction] {
        return try ElfFile(elf.file(), path: "f").functions()
    }

    private func problem(_ bytes: [UInt8]) -> String? {
        do {
            _ = try ElfFile(openFile(bytes), path: "f").functions()
            return nil
        } catch {
            guard case .elfNotUsable(let problem) = error.problem else { return "\(error)" }
            return problem
        }
    }

    // MARK: Well-formed files

    @Test(arguments: [true, false], [true, false])
    func everyWidthAndByteOrderIsRead(is64Bit: Bool, isBigEndian: Bool) throws {
        let image = SyntheticElf(
            is64Bit: is64Bit, isBigEndian: isBigEndian,
            symbols: [
                .init(name: "domap", address: Self.code + 0x40, size: 0x30), .init(name: "a", address: Self.code),
            ])
        let elf = try ElfFile(image.file(), path: "f")
        #expect(
            try elf.functions() == [
                .init(name: "a", fileOffset: Self.offset, address: Self.code, size: 16),
                .init(name: "domap", fileOffset: Self.offset + 0x40, address: Self.code + 0x40, size: 0x30),
            ])
        #expect(elf.is64Bit == is64Bit)
        #expect(elf.buildID == "abcd0012")
        #expect(elf.hasSymbolTable)
    }

    private static let noFunctions: [SyntheticElf.Symbol] = [
        .init(name: "chosen_at_load_time", address: code, type: 10),
        .init(name: "data", address: code, type: 1),
        .init(name: "undefined", address: code, section: 0),
        .init(name: "absolute", address: code, section: 0xfff1),
        .init(name: "in_data", address: 0x40_3000),
        .init(name: "before", address: code - 1),
        .init(name: "behind", address: code + UInt64(SyntheticElf.codeSize)),
        .init(name: "", address: code),
        .init(name: "@VERSION", address: code),
        .init(name: "two words", address: code),
        .init(name: "\u{1b}[31m", address: code),
    ]

    @Test(arguments: noFunctions)
    func whatIsNoFunctionInCodeIsLeftOut(symbol: SyntheticElf.Symbol) throws {
        let function = SyntheticElf.Symbol(
            name: "last", address: Self.code + UInt64(SyntheticElf.codeSize) - 1, size: 0)
        #expect(try functions(SyntheticElf(symbols: [symbol, function])).map(\.name) == ["last"])
    }

    @Test func versionsAreCutAndBothTablesCountOnce() throws {
        let elf = SyntheticElf(
            symbols: [.init(name: "run@@V2", address: Self.code), .init(name: "local", address: Self.code + 16)],
            dynamicSymbols: [
                .init(name: "run", address: Self.code), .init(name: "run@V1", address: Self.code + 32),
                .init(name: "alias", address: Self.code),
            ])
        let found = try functions(elf)
        #expect(found.map(\.name) == ["alias", "run", "local", "run"])
        #expect(found.map { $0.address - Self.code } == [0, 0, 16, 32])
    }

    @Test func aStrippedFileHasWhatItExports() throws {
        let image = SyntheticElf(symbols: nil, dynamicSymbols: [.init(name: "domap", address: Self.code)])
        let elf = try ElfFile(image.file(), path: "f")
        #expect(!elf.hasSymbolTable)
        #expect(try elf.functions().map(\.name) == ["domap"])
    }

    @Test func withoutSectionsOnlyTheBuildIsKnown() throws {
        let image = SyntheticElf(symbols: [.init(name: "domap", address: Self.code)], hasSections: false)
        let elf = try ElfFile(image.file(), path: "f")
        #expect(!elf.hasSymbolTable)
        #expect(try elf.functions().isEmpty)
        #expect(elf.buildID == "abcd0012")
    }

    @Test func aFileWithoutABuildIDHasNone() throws {
        let image = SyntheticElf(buildID: nil)
        #expect(try ElfFile(image.file(), path: "f").buildID == nil)
    }

    @Test func moreSectionsThanTheHeaderCountsAreCountedByTheFirst() throws {
        let elf = SyntheticElf(symbols: [.init(name: "domap", address: Self.code)])
        var bytes = elf.image().bytes
        bytes[elf.image().sectionTable + 32] = bytes[60]
        bytes[60] = 0
        #expect(try ElfFile(openFile(bytes), path: "f").functions().map(\.name) == ["domap"])
    }

    // MARK: Hostile files

    /// Where a field of the header or of the section of the symbol table is, and what is wrong with a number there.
    @Test(
        arguments: [
            (0, 1, 0, "it is no ELF file"), (4, 1, 3, "it is no ELF file"), (5, 1, 0, "it is no ELF file"),
            (16, 2, 1, "it is no program and no library"),
            (32, 8, 1 << 40, "its program header reaches beyond the end"),
            (54, 2, 55, "its program header has short entries"),
            (56, 2, 0xffff, "its program header is longer than 64 KiB"),
            (40, 8, UInt64.max, "its section table reaches beyond the end"),
            (58, 2, 63, "its section table has short entries"),
            (60, 2, 0xfff0, "its section table reaches beyond the end"),
        ] as [(Int, Int, UInt64, String)])
    func aHeaderThatLiesIsRefused(at: Int, size: Int, value: UInt64, expected: String) {
        let elf = SyntheticElf()
        #expect(problem(elf.image().bytes.with(value, size, at: at)) == expected)
    }

    @Test(
        arguments: [
            (24, 8, UInt64.max, "its symbol table reaches beyond the end"),
            (32, 8, 24 << 19, "its symbol table reaches beyond the end"),
            (32, 8, UInt64.max, "it has more than 1048576 symbols"),
            (40, 4, 0xffff_ffff, "its symbols have no names"), (40, 4, 3, "its symbols have no names"),
            (56, 8, 0, "its symbols have another size"), (56, 8, 1 << 63, "its symbols have another size"),
            (64 + 32, 8, 1 << 30, "its table of names is longer than 64 MiB"),
            (64 + 24, 8, 1 << 20, "its table of names reaches beyond the end"),
        ] as [(Int, Int, UInt64, String)])
    func aSymbolTableThatLiesIsRefused(at: Int, size: Int, value: UInt64, expected: String) {
        let elf = SyntheticElf(symbols: [.init(name: "domap", address: Self.code)])
        let image = elf.image().bytes
        #expect(problem(image.with(value, size, at: elf.image().sectionTable + 3 * 64 + at)) == expected)
    }

    @Test func sectionsThatAreTooManyAreRefused() {
        let elf = SyntheticElf()
        let image = elf.image().bytes.with(0, 2, at: 60)
        #expect(
            problem(image.with(1 << 60, 8, at: elf.image().sectionTable + 32))
                == "its section table is longer than 64 MiB")
        #expect(
            problem(image.with(1 << 21, 8, at: elf.image().sectionTable + 32))
                == "its section table is longer than 64 MiB")
        #expect(
            problem(image.with(1 << 12, 8, at: elf.image().sectionTable + 32))
                == "its section table reaches beyond the end")
    }

    @Test func namesThatShareTheirBytesAreNotCopiedWithoutEnd() {
        // One that is not taken counts as well.
        let long = "\u{1}" + String(repeating: "n", count: 2 << 20)
        var elf = SyntheticElf(symbols: [.init(name: long, address: Self.code)])
        elf.symbols! += (1...32).map { .init(name: "", address: Self.code + $0) }
        var image = elf.image().bytes
        for symbol in 1...33 { image = image.with(1, 4, at: elf.image().symbolTable + symbol * 24) }
        #expect(problem(image) == "the names of its functions are too long")
    }

    @Test func aNameWithoutAnEndIsNone() throws {
        let elf = SyntheticElf(symbols: [.init(name: "domap", address: Self.code)])
        let image = elf.image().bytes
        let names = elf.image().sectionTable + 4 * 64 + 32
        #expect(try ElfFile(openFile(image.with(6, 8, at: names)), path: "f").functions().isEmpty)
        #expect(try ElfFile(openFile(image.with(7, 8, at: names)), path: "f").functions().map(\.name) == ["domap"])
    }

    @Test func codeThatTheFileDoesNotHaveIsNoPlaceForAProbe() throws {
        let elf = SyntheticElf(
            symbols: [.init(name: "there", address: Self.code), .init(name: "beyond", address: Self.code + 0x10_0000)])
        let size = UInt64(1) << 62
        let image = elf.image().bytes.with(size, 8, at: 64 + 32)
        #expect(try ElfFile(openFile(image), path: "f").functions().map(\.name) == ["there"])
    }

    /// The length of a name, of a content.
    @Test(arguments: [(0, UInt64(0xffff_fff0)), (4, 0xffff_ffff), (4, 0), (0, 5), (8, 4)] as [(Int, UInt64)])
    func aNoteThatLiesIsNoBuildID(at: Int, value: UInt64) throws {
        let elf = SyntheticElf()
        let note = SyntheticElf.codeOffset + SyntheticElf.codeSize
        #expect(try ElfFile(openFile(elf.image().bytes.with(value, 4, at: note + at)), path: "f").buildID == nil)
    }

    @Test(arguments: [true, false])
    func aFileCutAnywhereIsRefusedOrHasLess(is64Bit: Bool) {
        let elf = SyntheticElf(
            is64Bit: is64Bit, symbols: [.init(name: "domap", address: Self.code)],
            dynamicSymbols: [.init(name: "run", address: Self.code)])
        let image = elf.image().bytes
        for length in image.indices { #expect(problem(Array(image[..<length])) != nil, "cut at \(length)") }
    }

    /// The bytes of any number may be anything: nothing to see but that it ends.
    @Test(arguments: [true, false], [UInt8(0), 0x7f, 0x80, 0xff])
    func anyByteMayBeWrong(is64Bit: Bool, value: UInt8) {
        let elf = SyntheticElf(is64Bit: is64Bit, symbols: [.init(name: "domap", address: Self.code)])
        let image = elf.image().bytes
        for position in image.indices
        where position < 256 || position >= SyntheticElf.codeOffset + SyntheticElf.codeSize {
            let elf = try? ElfFile(openFile(image.with(UInt64(value), 1, at: position)), path: "f")
            for function in (try? elf?.functions()) ?? [] { #expect(function.fileOffset < image.count) }
        }
    }
}

extension [UInt8] {
    /// With a number in it, least significant byte first.
    fileprivate func with(_ value: UInt64, _ size: Int, at position: Int) -> [UInt8] {
        var bytes = self
        for index in 0..<size { bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
        return bytes
    }
}
