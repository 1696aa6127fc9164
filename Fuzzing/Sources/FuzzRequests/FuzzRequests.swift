import FuzzChecks

/// Makes events of requests of the bytes, and joins them. libFuzzer's main calls it.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    checkRequests(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
