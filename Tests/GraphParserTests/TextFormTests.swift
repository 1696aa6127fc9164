import Foundation
import GraphParser
import TestSupport
import Testing

/// Invented traces in every form of text that there is.
@Suite struct TextFormTests {
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func inventedTreesComeBackFromEveryForm(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let form = TextForm.random(using: &random)
        let (trace, text) = invented(form, seed: seed)
        let reading = try RecordedTrace(text: text)
        #expect(reading.counts.calls == trace.entryCount, "\(form)")
        #expect(reading.counts.unparsedLines == 0, "\(form)")
        #expect(reading.counts.open + reading.counts.orphans == 0, "\(form)")
        #expect(reading.counts.records == lineCount(text))
        expectAccounted(reading.counts)
        let cut: (UInt64) -> UInt64 = { form.isReport ? $0 : cutToTextPrecision($0) }
        let expected = try RecordedTrace(bytes: TraceDatImage(trace).bytes()).outline(
            cut: { form.hasDurations ? cut($0) : nil }, userDuration: { form.hasTimes ? betweenCutTimes($0) : nil })
        #expect(reading.outline(cut: cut) == expected, "\(form)")
    }

    /// `NAME.FORM.txt` is the buffer of `NAME.txt`, printed another way.
    static let realForms = Fixtures.textTraces.compactMap { path -> (whole: String, form: String)? in
        let parts = path.split(separator: ".txt")[0].split(separator: "/")
        guard let dot = parts[1].firstIndex(of: ".") else { return nil }
        let whole = "\(parts[0])/\(parts[1][..<dot]).txt"
        return Fixtures.textTraces.contains(whole) ? (whole, path) : nil
    }

    @Test(arguments: realForms)
    func everyFormOfARealBufferHasTheSameTrees(whole: String, form: String) throws {
        let expected = try Fixtures.reading(whole)
        let trace = try Fixtures.reading(form)
        let kernelCalls = trace.calls.filter { !$0.isUser }
        let isTimed = !kernelCalls.contains { $0.duration == nil && $0.confidence == .complete }
        let hasModules = kernelCalls.contains { trace.names[$0.function].module != nil }
        #expect(trace.counts.unparsedLines == 0)
        // Only times tell that a call below another one came when that was over.
        let tellsWhen = isTimed && trace.calls.contains { $0.start != nil }
        let kept = expected.trees.indices.filter { index in
            tellsWhen || !expected.trees[index].nodes.contains { $0.call.hasOutsideCalls }
        }
        #expect(trace.trees.count == expected.trees.count && !kept.isEmpty)
        #expect(
            outline(trace, kept, hasModules: hasModules)
                == outline(expected, kept, isTimed: isTimed, hasModules: hasModules))
    }

    /// Bytes and lines that are lost, doubled, swapped or changed.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func damageIsAccountedFor(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let form = TextForm.random(using: &random)
        var lines = invented(form, seed: seed).text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map(
            Array.init)
        for _ in 0..<40 { damage(&lines, using: &random) }
        let bytes = Array(lines.joined(separator: [0x0a]))
        let reading = TextReading(bytes)
        expectAccounted(reading.counts)
        #expect(reading.counts.records == lineCount(bytes))
        #expect(reading.lines == TextReading(bytes, slowPathOnly: true).lines)
    }

    /// What is left of the first line may read as a call, but not as one that never was.
    @Test(arguments: 1...8 as ClosedRange<UInt64>, [true, false])
    func aCutBeginningInventsNoCall(seed: UInt64, userCalls: Bool) throws {
        var random = SeededRandom(seed: seed)
        var form = TextForm.random(using: &random)
        (form.context, form.hasHeader, form.log) = (true, false, nil)
        if !form.cpu && !form.task && !form.time && !form.duration { form.cpu = true }
        let (_, text) = invented(form, seed: seed, steps: 12, userCalls: userCalls)
        // In user space depths are told by what has been seen.
        let whole = Set(try calls(Array(text.utf8), showDepth: !userCalls))
        let bytes = Array(text.utf8)
        for start in 1..<120 {
            let cut = Array(bytes[start...])
            let invented = Set(try calls(cut, showDepth: !userCalls)).subtracting(whole)
            #expect(invented.isEmpty, "\(form): \(String(decoding: cut.prefix(100), as: UTF8.self))")
        }
    }

    // MARK: Helpers

    private func invented(
        _ form: TextForm, seed: UInt64, steps: Int = 150, userCalls: Bool = true
    ) -> (trace: SyntheticTrace, text: String) {
        // Without durations interrupts are not told, and without times not when they came.
        func trace(cpus: Int) -> SyntheticTrace {
            SyntheticTrace(
                seed: seed, tasks: 4, cpus: cpus, steps: steps, interrupts: form.hasDurations, userCalls: userCalls,
                lateInterrupts: form.hasTimes)
        }
        // Without the task column a CPU that prints one task's lines only does not say whose they are.
        let several = trace(cpus: 3)
        let isTold = form.namesTasks || (form.namesCPUs && several.hasTaskSwitches)
        let told = isTold ? several : trace(cpus: 1)
        return (told, told.text(form))
    }

    /// Sorted: where a call on one line stands among the trees of other CPUs depends on the form. Not every form names the
    /// function of an exit without an entry, or has times, and trace-cmd rounds them.
    private func outline(
        _ trace: RecordedTrace, _ kept: [Int], isTimed: Bool = true, hasModules: Bool = true
    ) -> [[String]] {
        let outline = trace.outline(cut: cutToTextPrecision, userDuration: { _ in nil })
        let trees = kept.map { outline[$0] }.map { lines in
            lines.map { line in
                let named = hasModules ? line : line.replacing(/\ \[[^\]]*\]/, with: "")
                if line.hasSuffix(" orphan") { return line.split(separator: " ").suffix(2).joined(separator: " ") }
                return isTimed ? named : withoutDuration(named)
            }
        }
        return trees.sorted { $0.joined() < $1.joined() }
    }

    /// The complete calls and all functions, each as text.
    private func calls(_ bytes: [UInt8], showDepth: Bool) throws -> [String] {
        let reading = TextReading(bytes)
        let names = reading.names
        let complete = reading.calls.filter { $0.confidence == .complete }
        return complete.map { "\(names[$0.function]) \($0.duration ?? 0)" + (showDepth ? " \($0.depth)" : "") }
            + (1..<Int32(names.count)).map { "\(names[FunctionID(index: $0)])" }
    }

    private func withoutDuration(_ line: String) -> String {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        return (words.dropLast(2) + ["-", words[words.count - 1]]).joined(separator: " ")
    }

    private func lineCount(_ text: String) -> Int { lineCount(Array(text.utf8)) }

    /// A carriage return ends a line, too, with or without a line feed behind it.
    private func lineCount(_ bytes: [UInt8]) -> Int {
        let ends = bytes.indices.count { index in
            bytes[index] == 0x0d || (bytes[index] == 0x0a && (index == 0 || bytes[index - 1] != 0x0d))
        }
        return ends + (bytes.last.map { $0 != 0x0a && $0 != 0x0d } ?? false ? 1 : 0)
    }

    private func damage(_ lines: inout [[UInt8]], using random: inout SeededRandom) {
        let index = Int.random(in: 0..<lines.count, using: &random)
        let at = Int.random(in: 0...lines[index].count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: lines[index].removeFirst(at)
        case 1: lines[index].removeLast(at)
        case 2: if lines.count > 2 { lines.remove(at: index) }
        case 3: lines.insert(lines[index], at: index)
        case 4: lines.swapAt(index, Int.random(in: 0..<lines.count, using: &random))
        case 5: if at < lines[index].count { lines[index][at] = UInt8.random(in: 0...255, using: &random) }
        default:
            if index + 1 < lines.count { lines[index] += lines.remove(at: index + 1) }
        }
    }
}
