import Glibc

/// Names the threads of a process by what they run: by functions that only one thread is ever in, such as its loop.
///
/// A return address into such a function on a thread's stack says that the thread is in it. Stacks are read beside the running
/// process, which is not stopped; the words on them are not known to be addresses, so a name is a good guess, not more.
struct ThreadNames {
    /// A name, and the functions that tell that a thread has it.
    struct Marker: Equatable, Sendable {
        let name: String
        /// Names in the source. One is enough: stripped files show only some.
        let functions: [String]
    }

    /// Bytes of a stack that are looked at, from its top on.
    private static let maxBytes: UInt64 = 1 << 20
    /// How often a thread is looked at that runs just then, and that has no stack pointer to show.
    private static let tries = 5

    private struct Code {
        let name: String
        let file: FileIdentity
        let function: ElfFunction
    }

    private let codes: [Code]

    /// - Parameter objects: where the functions are looked for. Stacks of 32-bit processes are not understood.
    init(_ markers: [Marker], in objects: [MappedObject]) {
        codes = markers.flatMap { marker in
            objects.filter(\.is64Bit).flatMap { object in
                marker.functions.flatMap { object.entryPoints(of: $0) }
                    .map { Code(name: marker.name, file: object.file.identity, function: $0) }
            }
        }
    }

    /// The names of its threads by their numbers; nothing for threads that run all the time, or that no marker tells.
    ///
    /// - Throws: `.readFailed`.
    func names(of process: UserProcess) throws(CaptureError) -> [Int32: String] {
        // Threads may have been started since the process was looked at.
        let mappings = try Mapping.all(of: process.pid, proc: process.proc)
        let directory = "\(process.proc)/\(process.pid)"
        guard let number = retrying({ open("\(directory)/mem", O_RDONLY | O_CLOEXEC) }) else {
            throw CaptureError(.readFailed, path: "\(directory)/mem", errno: errno)
        }
        let memory = Descriptor(number)
        let markers = codes.flatMap { code in mappings.compactMap { Self.marker(code, in: $0) } }
        var names: [Int32: String] = [:]
        for thread in process.threads {
            guard let top = Self.stackPointer("\(directory)/task/\(thread)/syscall"),
                let stack = mappings.first(where: { $0.addresses.contains(top) })
            else { continue }
            names[thread] = Self.name(in: Self.words(memory, from: top, to: stack.addresses.upperBound), markers)
        }
        return names
    }

    /// Where return addresses into a function lie in the address space: behind its first instruction, and before its end.
    private static func marker(_ code: Code, in mapping: Mapping) -> (addresses: Range<UInt64>, name: String)? {
        guard mapping.isExecutable, mapping.file == code.file, code.function.size > 1,
            let start = mapping.address(ofFileOffset: code.function.fileOffset)
        else { return nil }
        let (end, overflow) = start.addingReportingOverflow(code.function.size)
        return overflow ? nil : (start + 1..<end, code.name)
    }

    /// The outermost call counts: it is what the thread was started for, and what earlier calls left on the stack lies inside.
    private static func name(in words: [UInt64], _ markers: [(addresses: Range<UInt64>, name: String)]) -> String? {
        for word in words.reversed() {
            if let marker = markers.first(where: { $0.addresses.contains(word) }) { return marker.name }
        }
        return nil
    }

    /// The stack pointer of a thread that waits: the last but one word of `NUMBER ARGUMENT… SP PC` or `-1 SP PC`. Nil if it runs
    /// however often it is looked at, or has ended.
    private static func stackPointer(_ file: String) -> UInt64? {
        for _ in 0..<tries {
            guard let content = try? readWholeFile(file, atMost: 4096) else { return nil }
            let words = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            if words.count >= 3 { return UInt64(words[words.count - 2].dropFirst(2), radix: 16) }
            usleep(1000)
        }
        return nil
    }

    /// The words of a stack; fewer where it cannot be read.
    private static func words(_ memory: Descriptor, from top: UInt64, to end: UInt64) -> [UInt64] {
        let (start, overflow) = top.addingReportingOverflow(7)
        guard !overflow, start < end, let place = off_t(exactly: start & ~7) else { return [] }
        var words = [UInt64](repeating: 0, count: Int(min(end - start, maxBytes)) / 8)
        let length = words.withUnsafeMutableBytes { buffer in
            retrying { pread(memory.number, buffer.baseAddress, buffer.count, place) }
        }
        return Array(words.prefix((length ?? 0) / 8))
    }
}
