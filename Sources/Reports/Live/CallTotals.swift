/// What the calls of a stretch of time come to. All times are inside functions.
struct CallTotals: Sendable {
    /// In the order of their names.
    let roots: [Summary.Root]
    let layers: [Summary.Layer]
    let functions: [Summary.FunctionTime]
}
