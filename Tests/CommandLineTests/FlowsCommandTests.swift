import Foundation
import TestSupport
import Testing

/// Files of flows at the command line. Whether this machine's kernel can be asked is not theirs to say.
@Suite struct FlowsCommandTests {
    private static let flows =
        #"{ "schema": "dmflow.flows/1", "flows": [{ "name": "mine", "summary": "s", "roots": [{ "function": "f" }] }] }"#

    /// A file of 1 MiB is read, one of a byte more is not.
    @Test(arguments: [(0, true), (1, false)]) func theSizeHasALimit(more: Int, isRead: Bool) throws {
        let blanks = String(repeating: " ", count: (1 << 20) + more - Self.flows.utf8.count)
        let file = try TemporaryFile(Array((Self.flows + blanks).utf8))
        let result = try Program.run(["flows", "--flows", file.path])
        #expect(result.output.contains("\nmine ") == isRead)
        #expect(result.errors.contains("larger than 1 MiB") == !isRead)
    }

    /// It would be read without an end.
    @Test func aDeviceWithoutAnEndIsRefused() throws {
        let result = try Program.run(["flows", "--flows", "/dev/zero"])
        #expect(result.status == 2 && result.errors.contains("/dev/zero: larger than 1 MiB"))
    }

    /// Which ones a flow brings along is said; that it brings itself is a mistake of the file.
    @Test func companyIsSaid() throws {
        #expect(try Program.run(["flows"]).output.contains("; brings along requests\n"))
        let circle = Self.flows.replacing(#""name": "mine""#, with: #""name": "mine", "with": ["mine"]"#)
        let file = try TemporaryFile(Array(circle.utf8))
        let result = try Program.run(["flows", "--flows", file.path])
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.contains("the flow 'mine' brings itself along") && result.errors.contains(file.path))
    }

    @Test(arguments: ["flows", "doctor", "capture"]) func aMistakeIsSaidInOneLine(command: String) throws {
        let file = try TemporaryFile(Array(Self.flows.replacing("roots", with: "rots").utf8))
        let result = try Program.run([command, "--flows", file.path])
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(
            result.errors
                == "dmflow: the file of flows cannot be used: 'rots' is no key of flows[0]; did you mean 'roots'?: "
                + "\(file.path):1:75; see Documentation/flows.schema.json and dmflow-flows(1)\n", "\(result.errors)")
    }
}
