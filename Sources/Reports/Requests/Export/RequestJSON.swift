import FoundationEssentials
import TraceFormat

/// A request as a line of JSON: what `dmflow requests --format jsonl` prints.
public struct RequestJSON {
    private let names: PathNames
    private let encoder = JSONEncoder()

    /// - Parameter names: what paths and maps are called.
    init(_ names: PathNames) {
        self.names = names
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// The line, with a newline at its end.
    func line(_ request: Request) throws -> String {
        printableJSON(String(decoding: try encoder.encode(Line(request, names)), as: UTF8.self)) + "\n"
    }

    fileprivate struct Stage: Encodable {
        let name: String
        let layer: String
        let ns: UInt64
    }

    fileprivate struct Round: Encodable {
        let startNs: UInt64
        let stages: [Stage]
    }

    fileprivate struct Try: Encodable {
        @NullWhenAbsent var path: String?
        @NullWhenAbsent var devno: String?
        let startNs: UInt64
        let rounds: [Round]
        @NullWhenAbsent var error: String?
        let rejected: Bool
        let timeouts: Int
        let retransmits: Int
    }

    private struct Line: Encodable {
        let id: Int
        @NullWhenAbsent var map: String?
        let startNs: UInt64
        let latencyNs: UInt64
        @NullWhenAbsent var untilDataNs: UInt64?
        let operation: String
        @NullWhenAbsent var sector: UInt64?
        let bytes: Int
        @NullWhenAbsent var task: String?
        @NullWhenAbsent var tid: Int32?
        let tries: [Try]
        @NullWhenAbsent var error: String?
        let joinedBy: JoinKind
        let ambiguous: Bool
        let stoodIn: [String]

        init(_ request: Request, _ names: PathNames) {
            id = request.id
            startNs = request.startNs
            latencyNs = request.latencyNs
            operation = request.operation
            bytes = request.bytes
            joinedBy = request.joinedBy
            ambiguous = request.isAmbiguous
            stoodIn = request.stoodIn
            tries = request.tries.map { Try(of: $0, names) }
            _map = NullWhenAbsent(wrappedValue: names.map(request.device))
            _untilDataNs = NullWhenAbsent(wrappedValue: request.untilDataNs)
            _sector = NullWhenAbsent(wrappedValue: request.sector)
            _task = NullWhenAbsent(wrappedValue: request.task?.name)
            _tid = NullWhenAbsent(wrappedValue: request.task?.tid)
            _error = NullWhenAbsent(wrappedValue: request.error)
        }
    }
}

extension RequestJSON.Try {
    fileprivate init(of one: Request.Try, _ names: PathNames) {
        self.init(
            path: one.disk.map(names.disk), devno: one.disk.map(PathNames.number), startNs: one.startNs,
            rounds: one.rounds.map { round in
                .init(
                    startNs: round.startNs,
                    stages: round.stages.map { .init(name: $0.stage, layer: $0.layer, ns: $0.ns) })
            }, error: one.error, rejected: one.isRejected, timeouts: one.timeouts,
            retransmits: one.retransmits)
    }
}
