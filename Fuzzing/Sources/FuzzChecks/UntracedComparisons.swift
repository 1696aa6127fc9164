// What libFuzzer does at each comparison takes half of the time, and the dictionaries and corpora tell most of what it could
// find out. So long runs are linked with `--wrap` to these instead.

@c(__wrap___sanitizer_cov_trace_cmp1) public func ignoreComparison1(_: UInt8, _: UInt8) {}
@c(__wrap___sanitizer_cov_trace_cmp2) public func ignoreComparison2(_: UInt16, _: UInt16) {}
@c(__wrap___sanitizer_cov_trace_cmp4) public func ignoreComparison4(_: UInt32, _: UInt32) {}
@c(__wrap___sanitizer_cov_trace_cmp8) public func ignoreComparison8(_: UInt64, _: UInt64) {}
@c(__wrap___sanitizer_cov_trace_const_cmp1) public func ignoreConstant1(_: UInt8, _: UInt8) {}
@c(__wrap___sanitizer_cov_trace_const_cmp2) public func ignoreConstant2(_: UInt16, _: UInt16) {}
@c(__wrap___sanitizer_cov_trace_const_cmp4) public func ignoreConstant4(_: UInt32, _: UInt32) {}
@c(__wrap___sanitizer_cov_trace_const_cmp8) public func ignoreConstant8(_: UInt64, _: UInt64) {}
