import GraphParser

/// Single requests that the page shows: the slowest and a typical one.
struct ExampleRequests {
    /// How many of the slowest there are.
    static let slowest = 20

    private(set) var examples = Examples<Request>(slowest: Self.slowest)
    /// What the devices are called, as far as the trace has told.
    private(set) var names = PathNames()

    /// Takes a request.
    mutating func add(_ request: Request, _ names: PathNames) {
        examples.add(request.latencyNs) { request }
        self.names = names
    }
}
