import ArgumentParser
import GraphParser
import Reports

extension TraceOptions {
    /// For options with which the trace is read twice.
    func mustBeFile(for option: String) throws {
        guard file == "-" else { return }
        throw ValidationError("\(option) reads the trace twice, and standard input can be read once; give a file")
    }

    /// Reads the trace for what happened to paths.
    ///
    /// - Throws: ``Failure`` where nothing in it would tell.
    func failovers() throws -> (summary: FailoverSummary, requests: RequestSummary?, reading: TraceReading) {
        let requests = RequestAnalyzer()
        let failover = FailoverAnalyzer(requests)
        let reading = try read(into: [failover, requests])
        guard let summary = failover.summary(source: reading.source) else {
            throw Failure(
                message: "\(name): nothing in it that would tell of a failover; record with dmflow capture --light")
        }
        return (summary, requests.summary(source: reading.source), reading)
    }

    /// The incident of a number.
    ///
    /// - Throws: ``Failure`` if there is none.
    func incident(_ id: Int, of summary: FailoverSummary) throws -> Incident {
        if let incident = summary.incidents.first(where: { $0.id == id }) { return incident }
        throw Failure(
            message: "\(name): no incident \(id) among \(summary.incidents.count); dmflow failover lists them")
    }
}
