import Glibc

/// Samples with kernel probes in an instance of tracefs of its own, which is gone afterwards, as are the probes. A capture that is
/// killed meanwhile has both in its journal.
struct TracefsSampler: ProbeSampler {
    let files: any TracingFiles
    let architecture: String
    /// Told of what is made before it is; nil in tests.
    var journal: Journal?
    /// How long is waited for hits, in milliseconds.
    var patience = 5000
    /// Waits; milliseconds.
    var pause: (Int) -> Void = { usleep(UInt32($0) * 1000) }

    /// For each CPU: some thousand hits.
    private static let bufferKilobytes = 256

    private var instance: String { "\(TracingPlace.instancePrefix)prove-\(getpid())" }
    private func event(_ number: Int) -> String { "prove_\(getpid())_\(number)" }

    func sample(_ points: [SamplePoint], until isEnough: ([ProbeHit]) -> Bool) throws(CaptureError) -> ProbeSample {
        guard files.exists("kprobe_events"), files.exists("instances") else {
            throw CaptureError(.probesMissing("kprobe"), path: files.path("kprobe_events"))
        }
        guard try ProbeList.names(in: "kprobe_events", of: files).isEmpty else {
            throw CaptureError(.probesExist(group: ProbeList.group), path: files.path("kprobe_events"))
        }
        let probes = ProbeList(file: "kprobe_events", names: points.indices.map(event))
        try journal?.append(.instance(instance))
        try journal?.append(.probes(probes))
        try files.makeDirectory("instances/\(instance)")
        // What is printed again and again shall not be much.
        try? files.write("instances/\(instance)/buffer_size_kb", String(Self.bufferKilobytes))
        var sample = ProbeSample()
        var failure: CaptureError?
        do throws(CaptureError) { try record(points, into: &sample, until: isEnough) } catch { failure = error }
        try remove(probes)
        if let failure { throw failure }
        return sample
    }

    private func record(
        _ points: [SamplePoint], into sample: inout ProbeSample, until isEnough: ([ProbeHit]) -> Bool
    ) throws(CaptureError) {
        // What one probe sees, the others must have had a chance to see: all begin at once, and stop while the buffer is printed,
        // whose CPUs would have different times else.
        try setRecording(on: false)
        for (number, point) in points.enumerated() {
            guard let error = set(point, event(number)) else {
                try files.write("instances/\(instance)/events/\(ProbeList.group)/\(event(number))/enable", "1")
                continue
            }
            sample.refused[point] = error.errno == 0 ? "it was refused" : String(cString: strerror(error.errno))
        }
        if sample.refused.count == points.count { return }
        // Printing the buffer costs as much as is in it, so each wait is longer than the one before.
        var waited = 0
        var wait = 50
        while waited < patience {
            try setRecording(on: true)
            pause(wait)
            try setRecording(on: false)
            waited += wait
            wait = min(wait * 2, max(patience - waited, 1))
            sample.hits = hits(try files.readBytes("instances/\(instance)/trace"), points)
            if isEnough(sample.hits) { return }
        }
    }

    private func setRecording(on: Bool) throws(CaptureError) {
        try files.write("instances/\(instance)/tracing_on", on ? "1" : "0")
    }

    /// - Returns: why the kernel did not take it; nil if it did.
    private func set(_ point: SamplePoint, _ event: String) -> CaptureError? {
        var refusal: CaptureError?
        for fetch in [point.fetch, Self.withRegisters(point.fetch, architecture)].compactMap({ $0 }) {
            do throws(CaptureError) {
                try files.append("kprobe_events", "p:\(ProbeList.group)/\(event) \(point.function) v=\(fetch)")
                return nil
            } catch { refusal = error }
        }
        return refusal
    }

    private func remove(_ probes: ProbeList) throws(CaptureError) {
        var left: [String] = []
        for name in probes.names {
            try? files.write("instances/\(instance)/events/\(ProbeList.group)/\(name)/enable", "0")
        }
        do throws(CaptureError) { try files.removeDirectory("instances/\(instance)") } catch {
            left.append("instances/\(instance)")
        }
        if !probes.remove(from: files) { left.append(probes.file) }
        if !left.isEmpty { throw CaptureError(.notRestored(left)) }
    }

    /// With the registers that the arguments are in, for kernels that do not know `$argN` (before Linux 4.20); nil where that is
    /// not known.
    static func withRegisters(_ fetch: String, _ architecture: String) -> String? {
        guard let dollar = fetch.lastIndex(of: "$"), fetch[dollar...].hasPrefix("$arg"),
            let number = fetch[dollar...].dropFirst(4).first?.wholeNumberValue,
            let register = ProbeSource.argument(number).text(namesArguments: false, architecture: architecture)
        else { return nil }
        return fetch[..<dollar] + register + fetch[dollar...].dropFirst(5)
    }

    // MARK: Hits

    /// The hits in the instance's text, whose lines are `TASK-PID [CPU] FLAGS TIME: EVENT: (FUNCTION+0x0/0x80 [MODULE]) v=0x1f`.
    /// A task's name can have anything in it.
    private func hits(_ trace: [UInt8], _ points: [SamplePoint]) -> [ProbeHit] {
        let numbers = Dictionary(uniqueKeysWithValues: points.indices.map { (event($0), $0) })
        return trace.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let event = line.lastRange(of: ": prove_"), let value = line.lastRange(of: ") v="),
                event.upperBound < value.lowerBound, let cpu = line[..<event.lowerBound].lastRange(of: " ["),
                let dash = line[..<cpu.lowerBound].lastIndex(of: UInt8(ascii: "-")),
                let task = Int32(line[dash...].dropFirst()[..<cpu.lowerBound].text),
                let number = numbers["prove_" + line[event.upperBound...].prefix { $0 != UInt8(ascii: ":") }.text]
            else { return nil }
            let digits = line[value.upperBound...].text
            return ProbeHit(
                point: points[number], task: task,
                value: digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : nil)
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self).trimmed }

    /// Where a text is last.
    fileprivate func lastRange(of text: StaticString) -> Range<Int>? {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard count >= wanted.count else { return nil }
        return (startIndex...endIndex - wanted.count).last { self[$0..<$0 + wanted.count].elementsEqual(wanted) }
            .map { $0..<$0 + wanted.count }
    }
}
