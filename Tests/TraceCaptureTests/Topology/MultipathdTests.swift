import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

@Suite struct MultipathdTests {
    // MARK: Answers

    private func answers(_ paths: String = "", _ maps: String = "", _ config: String = "") -> MultipathdAnswers {
        MultipathdAnswers { $0.contains("paths") ? paths : $0.contains("maps") ? maps : config }
    }

    @Test(
        arguments: [
            ("off", "fail"), ("on", "queue"), ("12 chk", "12"), ("5 sec", nil), ("-", nil), ("", nil), ("x chk", nil),
        ] as [(String, String?)])
    func retriesAreInTheWordsOfTheConfiguration(told: String, expected: String?) {
        #expect(answers("", "3600|\(told)|-\n").maps["3600"]?.noPathRetry == expected)
    }

    @Test func whatIsNotKnownIsNil() {
        let answers = answers("8:0|50|ready\n8:16|[undef]|undef\nfail\n\n8:32|1\n", "a|-|immediate\nb|-|-\n")
        #expect(
            answers.paths == [
                "8:0": .init(checkerState: "ready", priority: 50), "8:16": .init(checkerState: nil, priority: nil),
            ])
        #expect(answers.maps["a"]?.failback == "immediate" && answers.maps["b"]?.failback == nil)
        #expect(answers.settings == nil)
    }

    @Test func settingsAreThoseOfTheDefaults() {
        let config =
            "defaults {\n\tverbosity 2\n\tpolling_interval 5\n\tmax_polling_interval \"20\"\n}\ndevices {\n\tpolling_interval 7\n}\n"
        var expected = Topology.Multipathd()
        (expected.pollingIntervalSeconds, expected.maxPollingIntervalSeconds) = (5, 20)
        #expect(answers("", "", config).settings == expected)
        #expect(answers("", "", "fail\n").settings == nil)
        #expect(answers("", "", "devices {\n\tpolling_interval 7\n}\n").settings == nil)
    }

    @Test func whoDoesNotAnswerIsNotAskedAgain() {
        var asked = 0
        let answers = MultipathdAnswers { _ in
            asked += 1
            return nil
        }
        #expect(asked == 1 && answers.paths.isEmpty && answers.settings == nil)
    }

    // MARK: The socket

    /// A daemon that answers one connection with these bytes, whatever it is asked.
    private final class Daemon {
        let name: String
        private let listener: Descriptor

        /// - Parameter reply: nil to say nothing.
        init(_ name: String, reply: [UInt8]?) {
            self.name = name
            let listener = Descriptor(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
            self.listener = listener
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
            let size = socklen_t(2 + name.utf8.count + (name.hasPrefix("\0") ? 0 : 1))
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener.number, $0, size) }
            }
            precondition(code == 0 && listen(listener.number, 4) == 0)
            guard let reply else { return }
            Self.serve(listener, reply)
        }

        private static func serve(_ listener: Descriptor, _ reply: [UInt8]) {
            final class Service {
                let listener: Descriptor, reply: [UInt8]
                init(_ listener: Descriptor, _ reply: [UInt8]) { (self.listener, self.reply) = (listener, reply) }
            }
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { context in
                    let service = Unmanaged<Service>.fromOpaque(context!).takeRetainedValue()
                    let connection = Descriptor(accept(service.listener.number, nil, nil))
                    var command = [UInt8](repeating: 0, count: 256)
                    _ = recv(connection.number, &command, command.count, 0)
                    _ = service.reply.withUnsafeBytes {
                        send(connection.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    return nil
                }, Unmanaged.passRetained(Service(listener, reply)).toOpaque())
            pthread_detach(thread)
        }
    }

    private let directory = TemporaryDirectory()

    private func answer(_ reply: [UInt8]?, abstract: Bool = false, patience: UInt64 = 10_000_000_000) -> String? {
        let path = "\(directory.path)/socket"
        let daemon = Daemon(abstract ? "\0\(path)" : path, reply: reply)
        let socket = MultipathdSocket(
            deadline: monotonicNanoseconds() + patience, names: ["/none", daemon.name], user: geteuid())
        return socket?.answer(to: "show status")
    }

    private func sized(_ count: Int, _ text: String) -> [UInt8] {
        withUnsafeBytes(of: count) { Array($0) } + Array(text.utf8)
    }

    @Test(arguments: [false, true]) func anAnswerHasItsLengthBeforeIt(abstract: Bool) {
        #expect(answer(sized(6, "ready\0"), abstract: abstract) == "ready")
    }

    @Test func answersThatEndEarlyOrAreTooLongAreNone() {
        for reply in [[], [1, 2], sized(100, "short"), sized(-1, "x"), sized(.max, "x")] {
            let fresh = MultipathdTests()
            #expect(fresh.answer(reply) == nil, "\(reply)")
        }
    }

    /// A daemon that is busy does not hold up a capture.
    @Test func nobodyWaitsBehindTheDeadline() { #expect(answer(nil, patience: 20_000_000) == nil) }

    @Test func somebodyElsesSocketIsNotAsked() {
        let daemon = Daemon("\(directory.path)/socket", reply: nil)
        #expect(MultipathdSocket(deadline: .max, names: [daemon.name], user: geteuid() + 1) == nil)
        #expect(MultipathdSocket(deadline: .max, names: ["\(directory.path)/none", "\0dmflow/none"]) == nil)
    }
}
