/// The ready queries of a fleet, in the dialects of both engines. Each has the same answer in both.
struct FleetQueries {
    let name: String
    /// What it answers, and how to read that.
    private let question: String
    private let sql: @Sendable (FleetEngine) -> String

    private init(_ name: String, _ question: String, _ sql: @escaping @Sendable (FleetEngine) -> String) {
        (self.name, self.question, self.sql) = (name, question, sql)
    }

    func text(for engine: FleetEngine) -> String {
        question.split(separator: "\n").map { "-- \($0)\n" }.joined() + sql(engine) + ";\n"
    }

    static let all: [FleetQueries] = [
        slowestPath, selectorImbalance, stallsByPortal, kernelsCompared, latencies, troubledPaths, layerShares,
        worstRequests,
        doubts, throughput,
    ]

    private static let slowestPath = FleetQueries(
        "slowest-path-by-host",
        """
        Of each host's boot, the path whose tries take longest: half of those that did not fail took medianNs or less.
        """
    ) {
        """
        SELECT host, boot, kernel, map, path, tries, medianNs, p99Ns FROM (
          SELECT *, row_number() OVER (PARTITION BY host, boot ORDER BY medianNs DESC, map, path) AS place FROM (
            SELECT host, boot, kernel, map, path, count(*) AS tries,
              \($0.quantile("latencyNs", "0.5")) AS medianNs, \($0.quantile("latencyNs", "0.99")) AS p99Ns
            FROM tries WHERE error IS NULL AND NOT rejected AND path IS NOT NULL
            GROUP BY host, boot, kernel, map, path
          ) AS paths
        ) AS ranked
        WHERE place = 1 ORDER BY medianNs DESC, host, boot
        """
    }

    private static let selectorImbalance = FleetQueries(
        "selector-imbalance",
        """
        How evenly a path selector spreads tries over the paths of its group: mostPercent is what the busiest path has of all, evenPercent
        what it would have if all had as many.
        """
    ) {
        """
        SELECT host, kernel, capture, map, groupNumber, selector, count(*) AS paths, min(tries) AS fewestTries, max(tries) AS mostTries,
          \($0.whole("100.0 * max(tries) / sum(tries)")) AS mostPercent, \($0.whole("100.0 / count(*)")) AS evenPercent,
          min(p50Ns) AS fastestMedianNs, max(p50Ns) AS slowestMedianNs
        FROM paths WHERE tries IS NOT NULL AND selector IS NOT NULL
        GROUP BY host, kernel, capture, map, groupNumber, selector
        HAVING count(*) > 1 AND sum(tries) > 0
        ORDER BY mostPercent - evenPercent DESC, capture, map, groupNumber
        """
    }

    private static let stallsByPortal = FleetQueries(
        "stalls-by-portal",
        """
        Whose paths were in incidents while requests stood still, and who had these requests. An incident of several portals counts for each.
        """
    ) { _ in
        """
        SELECT p.host AS host, p.portal AS portal, o.owner AS owner, count(*) AS incidents, sum(o.requests) AS stalledRequests,
          max(o.longestNs) AS longestStallNs, sum(o.sumNs) AS stalledNs
        FROM (SELECT DISTINCT capture, host, incident, portal FROM incident_paths WHERE portal IS NOT NULL) AS p
        JOIN incident_owners AS o ON o.capture = p.capture AND o.incident = p.incident
        GROUP BY p.host, p.portal, o.owner
        ORDER BY stalledNs DESC, p.host, p.portal, o.owner
        """
    }

    private static let kernelsCompared = FleetQueries(
        "kernels-compared",
        """
        What each stage of requests takes on each kernel, over all hosts that run it. Loads and machines should be alike.
        """
    ) {
        """
        SELECT stage, layer, kernel, count(*) AS stages, count(DISTINCT capture) AS captures,
          \($0.quantile("ns", "0.5")) AS medianNs, \($0.quantile("ns", "0.99")) AS p99Ns, sum(ns) AS sumNs
        FROM stages
        GROUP BY stage, layer, kernel
        ORDER BY stage, layer, kernel
        """
    }

    private static let latencies = FleetQueries(
        "latency-by-map-operation-size",
        "Latency of requests, from the first bio to the end, by kernel, map, operation and size."
    ) {
        """
        SELECT kernel, map, operation, bytes, count(*) AS requests, \($0.quantile("latencyNs", "0.5")) AS p50Ns,
          \($0.quantile("latencyNs", "0.9")) AS p90Ns, \($0.quantile("latencyNs", "0.99")) AS p99Ns,
          \($0.quantile("latencyNs", "0.999")) AS p999Ns, max(latencyNs) AS maxNs
        FROM requests
        GROUP BY kernel, map, operation, bytes
        ORDER BY kernel, map, operation, bytes
        """
    }

    private static let troubledPaths = FleetQueries(
        "retries-and-requeues-by-path",
        """
        Paths on which tries failed, that did not take them (rejected: dm put the request back), or on which SCSI sent a command again.
        """
    ) { _ in
        """
        SELECT host, boot, map, path, count(*) AS tries, sum(CASE WHEN error IS NOT NULL AND NOT rejected THEN 1 ELSE 0 END) AS failed,
          sum(CASE WHEN rejected THEN 1 ELSE 0 END) AS requeued, sum(CASE WHEN rounds > 1 THEN rounds - 1 ELSE 0 END) AS retried,
          sum(timeouts) AS scsiTimeouts, sum(retransmits) AS tcpRetransmits
        FROM tries WHERE path IS NOT NULL
        GROUP BY host, boot, map, path
        HAVING sum(CASE WHEN error IS NOT NULL OR rejected OR rounds > 1 OR timeouts > 0 OR retransmits > 0 THEN 1 ELSE 0 END) > 0
        ORDER BY failed + requeued + retried DESC, host, boot, map, path
        """
    }

    private static let layerShares = FleetQueries(
        "layer-shares-by-kernel",
        "What layers have of the time inside functions, on each kernel. Flows and loads should be alike."
    ) {
        """
        SELECT l.kernel AS kernel, l.layer AS layer, l.layerNs AS layerNs, \($0.whole("10000.0 * l.layerNs / k.allNs")) / 100.0 AS selfPercent
        FROM (SELECT kernel, layer, sum(selfNs) AS layerNs FROM layers GROUP BY kernel, layer) AS l
        JOIN (SELECT kernel, sum(selfNs) AS allNs FROM layers GROUP BY kernel) AS k ON k.kernel = l.kernel
        WHERE k.allNs > 0
        ORDER BY l.kernel, l.layerNs DESC, l.layer
        """
    }

    private static let worstRequests = FleetQueries(
        "worst-requests",
        "The ten requests that took longest, each with its stages in their order."
    ) {
        """
        SELECT r.host AS host, r.capture AS capture, r.id AS request, r.map AS map, r.operation AS operation, r.latencyNs AS latencyNs,
          s.stageNumber AS stageNumber, s.path AS path, s.stage AS stage, s.layer AS layer, s.ns AS ns,
          \($0.whole("10000.0 * s.ns / r.latencyNs")) / 100.0 AS percent
        FROM (SELECT * FROM requests WHERE latencyNs > 0 ORDER BY latencyNs DESC, capture, id LIMIT 10) AS r
        JOIN stages AS s ON s.capture = r.capture AND s.request = r.id
        ORDER BY r.latencyNs DESC, r.capture, r.id, s.stageNumber
        """
    }

    private static let doubts = FleetQueries(
        "losses-and-doubt",
        """
        How far each capture can be trusted: calls in doubt, events that were lost, requests of which nothing sure can be said.
        """
    ) { _ in
        """
        SELECT c.host AS host, c.kernel AS kernel, c.capture AS capture, c.path AS path, c.calls AS calls,
          c.requestsJoined AS requestsJoined, coalesce(l.callsInDoubt, 0) AS callsInDoubt,
          coalesce(l.eventsLost, 0) AS eventsLost, coalesce(l.requestsLeftOut, 0) AS requestsLeftOut
        FROM captures AS c
        LEFT JOIN (
          SELECT capture, sum(CASE WHEN what = 'call' THEN "count" ELSE 0 END) AS callsInDoubt,
            sum(CASE WHEN what IN ('event', 'loss') THEN "count" ELSE 0 END) AS eventsLost,
            sum(CASE WHEN what = 'request' THEN "count" ELSE 0 END) AS requestsLeftOut
          FROM losses GROUP BY capture
        ) AS l ON l.capture = c.capture
        ORDER BY callsInDoubt + eventsLost + requestsLeftOut DESC, c.capture
        """
    }

    private static let throughput = FleetQueries(
        "throughput-by-second",
        """
        Requests that began in each second since 1970, or, where a capture does not tell the time of day, since its machine's boot.
        """
    ) {
        """
        SELECT host, boot, \($0.whole("coalesce(startTimeNs, startNs) / 1000000000")) AS second, count(*) AS requests,
          sum(bytes) AS sumBytes, \($0.quantile("latencyNs", "0.5")) AS medianNs, max(latencyNs) AS maxNs
        FROM requests
        GROUP BY host, boot, second
        ORDER BY host, boot, second
        """
    }
}
