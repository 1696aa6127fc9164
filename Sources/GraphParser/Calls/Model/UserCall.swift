import TraceFormat

extension ProbeName {
    /// What the probe's event is among the calls.
    var eventKind: GraphEvent.Kind { kind == .entry ? .userEntry : .userExit }

    /// The function, with the object as its module.
    ///
    /// - Parameter text: the one that the name was found in.
    func function(in text: Span<UInt8>) -> Function {
        Function(name: printable(function.map { text[$0] }), module: printable(object.map { text[$0] }))
    }
}
