import GraphParser
import Testing
import TraceFormat

@testable import Reports

@Suite struct SpanIDTests {
    private static func hash(_ path: String, boot: String? = nil, startNs: UInt64? = nil, firstNs: UInt64 = 5)
        -> CaptureHash
    {
        var identity = TraceIdentity()
        (identity.boot, identity.startNs) = (boot, startNs)
        return CaptureHash(CaptureName(identity, path: path), firstNs: firstNs)
    }

    /// The same on every machine and in every version: written down here once.
    @Test func idsAreStable() {
        let ids = SpanIDs(capture: Self.hash("a/trace.dat"), request: 1)
        #expect(
            [ids.trace, ids.span(0), ids.span(1)] == [
                "e6dbb51edccc6f5151a0aa0273bf0391", "e705bb2f9e10d1ec", "f1759d0bb0e73c3d",
            ])
    }

    @Test func noTwoAreTheSame() {
        let capture = Self.hash("trace.dat", boot: "0123", startNs: 7)
        let traces = Set((0..<50_000).map { SpanIDs(capture: capture, request: $0).trace })
        #expect(traces.count == 50_000 && traces.allSatisfy { $0.utf8.count == 32 })
        let ids = SpanIDs(capture: capture, request: 9)
        #expect(Set((0..<5000).map { ids.span($0) }).count == 5000)
    }

    /// A capture is known by its boot and its time wherever its file lies, and else by its file's name and its first request.
    @Test func capturesDiffer() {
        let known = Self.hash("a.dat", boot: "0123", startNs: 7).value
        #expect(known == Self.hash("elsewhere/b.dat", boot: "0123", startNs: 7).value)
        let others = [
            Self.hash("a.dat", boot: "0123", startNs: 8), Self.hash("a.dat", boot: "0124", startNs: 7),
            Self.hash("a.dat"),
            Self.hash("b.dat"), Self.hash("a.dat", firstNs: 6),
        ]
        #expect(Set(others.map(\.value) + [known]).count == 6)
    }
}
