import Glibc

@testable import TraceCapture

/// Reads `bytes` as a program, and as the debug file of one, and checks what comes out.
public func checkElf(_ bytes: [UInt8]) {
    memoryFile.hold(bytes)
    let file = Descriptor(dup(memoryFile.descriptor))
    do throws(CaptureError) {
        let elf = try ElfFile(file, path: "program")
        if let buildID = elf.buildID {
            expect(
                (4...128).contains(buildID.utf8.count) && buildID.allSatisfy(\.isHexDigit), "a build-id of \(buildID)")
        }
        let functions = try elf.functions()
        check(functions, elf.code, bytes.count)
        expect(try elf.functions(in: elf.code) == functions, "other functions as a debug file")
    } catch {
        expect(error.path == "program" && !error.description.isEmpty, "an error without a word")
    }
}

/// Each is somewhere in the file, where the program header has its address, and may be shown.
private func check(_ functions: [ElfFunction], _ code: ElfCode, _ fileSize: Int) {
    for function in functions {
        expect(function.fileOffset < fileSize, "\(function) is beyond the end")
        expect(code.fileOffset(of: function.address) == function.fileOffset, "\(function) is elsewhere")
        let name = function.name.utf8
        expect(!name.isEmpty && name.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != 0x40 }, "a name that is none")
        expect(name.count < fileSize, "a name longer than the file")
    }
    for (function, next) in zip(functions, functions.dropFirst()) {
        expect(function.address <= next.address && function != next, "the functions are not in order")
    }
}
