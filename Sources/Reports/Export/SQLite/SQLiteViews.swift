/// Questions that people have, as views: examples to begin with.
enum SQLiteViews {
    /// Each with its host, kernel and capture.
    static let all = [
        view(
            "slowest_requests", of: "requests", "AS r",
            """
            r.id, r.map, r.operation, r.bytes, r.latencyNs, r.tries, r.path, r.error,
            (SELECT s.stage FROM stages AS s WHERE s.request = r.id ORDER BY s.ns DESC, s.stageNumber LIMIT 1) AS longestStage,
            (SELECT max(s.ns) FROM stages AS s WHERE s.request = r.id) AS longestStageNs
            """, "ORDER BY r.latencyNs DESC, r.id"),
        view(
            "stage_times", of: "stages", "AS s",
            "s.stage, s.layer, count(*) AS stages, sum(s.ns) AS sumNs, sum(s.ns) / count(*) AS meanNs, max(s.ns) AS maxNs",
            "GROUP BY s.captureId, s.stage, s.layer ORDER BY sumNs DESC"),
        view(
            "path_stages", of: "stages", "AS s",
            "s.map, s.path, s.stage, s.layer, count(*) AS stages, sum(s.ns) AS sumNs, sum(s.ns) / count(*) AS meanNs, max(s.ns) AS maxNs",
            "WHERE s.path IS NOT NULL GROUP BY s.captureId, s.map, s.path, s.stage, s.layer ORDER BY s.map, s.path, sumNs DESC"
        ),
        view(
            "path_tries", of: "tries", "AS t",
            """
            t.map, t.path, sum(NOT t.rejected) AS tries, sum(t.error IS NOT NULL AND NOT t.rejected) AS failed, sum(t.rejected) AS rejected,
            sum(max(t.rounds - 1, 0)) AS retries, avg(t.latencyNs) FILTER (WHERE NOT t.rejected) AS meanNs,
            max(t.latencyNs) FILTER (WHERE NOT t.rejected) AS maxNs
            """, "WHERE t.path IS NOT NULL GROUP BY t.captureId, t.map, t.path ORDER BY t.map, t.path"),
        view(
            "layer_shares", of: "layers", "AS l",
            "l.layer, l.calls, l.selfNs, l.totalNs, 100.0 * l.selfNs / sum(l.selfNs) OVER (PARTITION BY l.captureId) AS selfPercent",
            "ORDER BY l.selfNs DESC"),
        view(
            "hottest_functions", of: "functions", "AS f",
            "f.function, f.module, f.layer, f.calls, f.selfNs, f.totalNs, f.totalNs / f.calls AS meanNs",
            "ORDER BY f.selfNs DESC"),
        view(
            "callers", of: "calls", "AS c JOIN calls AS p ON p.id = c.parent",
            "p.function AS caller, c.function, count(*) AS calls, sum(c.durationNs) AS sumNs, max(c.durationNs) AS maxNs",
            "WHERE c.confidence = 'complete' GROUP BY c.captureId, p.function, c.function ORDER BY sumNs DESC"),
        view(
            "stall_owners", of: "incident_owners", "AS o JOIN incidents AS i ON i.id = o.incident",
            "i.id AS incident, i.kind, i.sentence, o.owner, o.layer, o.requests, o.longestNs, o.sumNs",
            "ORDER BY i.id, o.sumNs DESC"),
        view(
            "requests_by_second", of: "requests", "AS r",
            """
            (r.startNs - (SELECT min(startNs) FROM requests)) / 1000000000 AS second, count(*) AS requests,
            sum(r.bytes) AS bytes, sum(r.latencyNs) / count(*) AS meanNs, max(r.latencyNs) AS maxNs
            """, "GROUP BY r.captureId, second ORDER BY second"),
    ].joined(separator: "\n")

    private static func view(_ name: String, of table: String, _ alias: String, _ columns: String, _ rest: String)
        -> String
    {
        // The first name behind AS is that of the table.
        let short = alias.split(separator: " ")[1]
        return """
            CREATE VIEW \(name) AS
            SELECT captures.host, captures.kernel, captures.capture, \(columns)
            FROM \(table) \(alias) JOIN captures ON captures.id = \(short).captureId
            \(rest);
            """
    }
}
