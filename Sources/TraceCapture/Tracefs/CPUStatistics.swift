import TraceFormat

extension CPUStatistics {
    /// - Throws: `.readFailed`.
    init(_ files: any TracingFiles, cpu: Int) throws(CaptureError) {
        let text = try files.readBytes("per_cpu/cpu\(cpu)/stats")
        self.init(cpu: cpu, text: String(decoding: text, as: UTF8.self))
    }

    /// Events that happened.
    var written: UInt64 { read &+ entries &+ lost }

    /// What a count has grown by since earlier statistics. Somebody who empties the ring buffer meanwhile sets counts to zero.
    func growth(of count: KeyPath<CPUStatistics, UInt64>, since earlier: CPUStatistics) -> UInt64 {
        let (now, before) = (self[keyPath: count], earlier[keyPath: count])
        return now >= before ? now - before : now
    }
}
