import Testing

@testable import dmflow

@Suite struct ProgressTests {
    @Test(
        arguments: [
            (25, 100, 1.5, "reading io.dat: 25 %, 5 s left"), (100, 100, 2, "reading io.dat: 100 %, 0 s left"),
            // A file that has grown since it was opened; a pipe, whose size is not known.
            (130, 100, 2, "reading io.dat: 100 %, 0 s left"), (3_500_000, 0, 2, "reading io.dat: 3 MB"),
        ])
    func saysHowFarItIs(done: Int, all: Int, seconds: Double, expected: String) {
        #expect(Progress.line("reading io.dat", done: done, all: all, seconds: seconds) == expected)
    }
}
