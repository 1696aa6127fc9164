import Glibc

/// What a process does with signals, as far as the programs that it starts take it over: which it blocks, and which it ignores.
struct SignalState {
    /// Blocked.
    var mask = sigset_t()
    /// Those that are ignored, and those that are not, among the signals that were looked at.
    var ignored: [Int32] = []
    var others: [Int32] = []

    /// As it is in this thread now.
    ///
    /// - Parameter numbers: the signals of which it matters whether they are ignored.
    static func now(of numbers: [Int32] = []) -> SignalState {
        var state = SignalState()
        pthread_sigmask(SIG_BLOCK, nil, &state.mask)
        for number in numbers {
            if Disposition(of: number).isIgnored { state.ignored.append(number) } else { state.others.append(number) }
        }
        return state
    }
}

/// What happens when a signal arrives.
struct Disposition {
    let number: Int32
    private var action = sigaction()

    init(of number: Int32) {
        self.number = number
        sigaction(number, nil, &action)
    }

    /// Sets it again.
    func restore() {
        var action = action
        sigaction(number, &action, nil)
    }

    var isIgnored: Bool {
        // SIG_IGN is the number 1 in place of a function.
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
