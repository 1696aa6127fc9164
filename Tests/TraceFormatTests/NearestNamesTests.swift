import Testing
import TraceFormat

@Suite struct NearestNamesTests {
    private static let names = [
        "create", "load", "io", "failover", "remove", "remove-all", "resume", "status", "daemon",
    ]

    @Test(
        arguments: [
            ("creat", ["create"]), ("crate", ["create"]), ("craete", ["create"]), ("failver", ["failover"]),
            ("fail", ["failover"]),
            ("remove_all", ["remove-all"]), ("rsume", ["resume"]), ("oi", ["io"]), ("Load", ["load"]),
            // Nothing of the kind.
            ("frobnicate", []), ("x", []), ("", []), ("iscsi", []), ("lo", ["io"]),
        ] as [(String, [String])]) func theNearestIsMeant(name: String, meant: [String])
    {
        #expect(nearestNames(to: name, among: Self.names) == meant)
    }

    /// One slip for every three letters, three at most.
    @Test(arguments: [
        ("abcdef", "abcdxy", true), ("abcde", "abcxy", false), ("abcdefghi", "abcdefxyz", true),
        ("abcdefghijkl", "abcdefghwxyz", false), ("abcdefghijkl", "abcdefghixyz", true),
    ]) func moreThanSlipsIsNotMeant(name: String, candidate: String, isMeant: Bool) {
        #expect(nearestNames(to: name, among: [candidate]) == (isMeant ? [candidate] : []))
    }

    @Test func theNearestComeFirstAndEachOnce() {
        #expect(
            nearestNames(to: "abc", among: ["abd", "abc", "abcdef", "abd", "abe", "abf"]) == ["abc", "abd", "abe"])
    }
}
