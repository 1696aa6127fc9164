@testable import GraphParser

/// Ends the process if something is not as it must be on any bytes, which libFuzzer takes for a finding.
func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}

/// The invariant that nothing is dropped silently, as far as the reader is concerned.
func expectAccounted(_ counts: TraceCounts) {
    let understood = counts.entries + counts.exits + counts.leaves + counts.comments + counts.structureLines
    expect(understood + counts.unparsedLines == counts.records, "not everything is accounted for: \(counts)")
}

/// A number that says which of the ways are gone that are too slow for each input. Of the bytes, so that a finding can be
/// repeated.
func digest(_ bytes: [UInt8]) -> UInt32 {
    bytes.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 } >> 4
}
