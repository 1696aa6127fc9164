import ArgumentParser
import TraceCapture
import TraceFormat

/// `dmflow flows`: the flows that can be captured, and what they are on this kernel.
struct FlowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows",
        abstract: "List the flows that can be captured, and the functions that they are on this kernel.",
        discussion: "Without root only the names are shown: which functions a kernel can trace is known to root alone."
            + Examples([
                "What can be captured here":
                    "dmflow flows",
                "With flows of your own":
                    "dmflow flows --flows my.flows.json",
            ]).text)

    @OptionGroup var options: FlowOptions

    func run() throws {
        try reporting {
            let catalogue = try options.catalogue()
            do {
                try emit(lines(try FlowListing(catalogue).entries.flatMap(describe)))
            } catch let error as CaptureError {
                try emit(lines(catalogue.flows.map(title)))
                throw error
            }
        }
    }

    private func title(_ flow: Flow) -> String {
        flow.name + String(repeating: " ", count: max(1, 12 - flow.name.count)) + flow.summary
            + (flow.with.isEmpty ? "" : "; brings along \(flow.with.joined(separator: ", "))")
            + (flow.isDefault == true ? "; by default" : "")
    }

    private func describe(_ entry: FlowListing.Entry) -> [String] {
        let recorded = entry.recorded.map { "    \($0)" }
        let unrecorded = entry.unrecorded.map { "    - \($0.name): \($0.reason)" }
        return [title(entry.flow)] + recorded + unrecorded
    }

    /// Names and words are those of somebody's file.
    private func lines(_ lines: [String]) -> String { lines.map { printable($0) + "\n" }.joined() }
}
