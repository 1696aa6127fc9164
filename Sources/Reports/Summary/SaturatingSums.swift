/// Sums that stick at the greatest number: of numbers that are not negative, each is the lesser of the exact sum and that
/// number, in whatever order and however bracketed they are added.
extension FixedWidthInteger {
    /// The sum, or the greatest number if that is less.
    @inline(__always)
    func addingSaturated(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension UInt64 {
    /// The product with a number that is not negative, or the greatest number if that is less.
    func multipliedSaturated(by times: Int) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: UInt64(clamping: times))
        return overflow ? .max : product
    }
}
