import GraphParser
import TraceFormat

/// A page for browsers: all in one file, which asks for nothing on the network.
struct HTMLOutput: OutputFormat {
    let name = "html"
    let readers = OutputReaders.openers
    let help = "a page for browsers, in one file: distributions, call trees, requests, paths, failovers"
    let needsMergedTree = true

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { Collector() }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        let collector = results.analyzer as? Collector ?? Collector()
        let data = try PageData(results: results, trees: collector.trees, requests: collector.requests).json()
        let path = results.report.source.path
        let page = PageTemplate(title: path == "-" ? "standard input" : PageText.cut(path), data: data)
        try page.write(to: sink)
    }

    /// Keeps single trees and requests as they come.
    private final class Collector: TreeTaker, RequestTaker {
        let interest = Interest()
        private(set) var trees = ExampleTrees()
        private(set) var requests = ExampleRequests()

        func take(_ batch: TraceBatch) -> Demand { .more }
        func take(_ tree: CallTree, number: Int) { trees.add(tree, number: number) }
        func take(_ request: Request, _ names: PathNames) { requests.add(request, names) }
    }
}
