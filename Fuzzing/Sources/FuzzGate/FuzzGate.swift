import FuzzChecks

/// Reads the bytes as a baseline or a policy. libFuzzer's main calls it.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    checkGate(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
