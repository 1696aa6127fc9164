import Glibc

/// What tracing one call costs on this machine: measured, since it differs by more than ten times between kernels, machines and
/// emulators.
///
/// The measure is a system call that does nearly nothing and whose function the kernel can trace, in tight rounds: the best round
/// with its function traced as every other is, less the best round without any tracing.
struct TracingCost: Sendable {
    /// Nanoseconds for a call that is recorded, its entry and its exit.
    let callNs: Double

    /// What getppid(2) is called in the kernel, by architecture and age.
    private static let functions = [
        "__x64_sys_getppid", "__arm64_sys_getppid", "__s390x_sys_getppid", "__riscv_sys_getppid", "__se_sys_getppid",
        "__do_sys_getppid", "sys_getppid", "SyS_getppid",
    ]
    private static let rounds = 24
    private static let callsPerRound = 250

    /// The function to trace meanwhile; nil if this kernel can trace none of them.
    static func function(in available: AvailableFunctions) -> AvailableFunctions.Function? {
        functions.lazy.compactMap { available.functions(named: $0).first }.first
    }

    /// Nanoseconds that one call takes as things are now.
    static func callTime() -> Double {
        var best = UInt64.max
        for _ in 0..<rounds {
            let start = monotonicNanoseconds()
            for _ in 0..<callsPerRound { _ = getppid() }
            best = min(best, monotonicNanoseconds() - start)
        }
        return Double(best) / Double(callsPerRound)
    }

    /// - Returns: nil if no difference was seen.
    init?(traced: Double, untraced: Double) {
        if traced <= untraced { return nil }
        callNs = traced - untraced
    }
}
