import FuzzChecks

/// Reads the bytes as function_graph text. libFuzzer's main calls it.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    checkText(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
