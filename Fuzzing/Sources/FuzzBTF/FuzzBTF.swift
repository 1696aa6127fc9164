import FuzzChecks

/// Reads the bytes as the types of a kernel and of a module. libFuzzer's main calls it.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    checkBTF(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
