/// What a layer has below the current root of a task.
struct LayerTime {
    var selfNs: UInt64 = 0
    /// Time of its outermost complete calls, so far.
    var totalNs: UInt64 = 0
    /// Complete calls.
    var calls = 0
    /// Those in user space.
    var userCalls = 0

    /// A complete call has ended.
    ///
    /// - Parameter totalAtBegin: `totalNs` when it began: the call replaces with its own duration what its calls of the same layer
    ///   have added since.
    @inline(__always)
    mutating func add(own: UInt64, duration: UInt64, totalAtBegin: UInt64, isUser: Bool) {
        calls &+= 1
        if isUser { userCalls &+= 1 }
        selfNs = selfNs.addingSaturated(own)
        totalNs = totalAtBegin.addingSaturated(duration)
    }

    /// Interrupts call nothing in user space.
    mutating func subtract(_ part: LayerTime) {
        selfNs -= min(part.selfNs, selfNs)
        totalNs -= min(part.totalNs, totalNs)
        calls -= min(part.calls, calls)
    }
}
