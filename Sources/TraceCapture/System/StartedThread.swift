import Glibc

/// A thread with its work.
///
/// One of the system's own, since each waits in the kernel for as long as a capture takes: a pool would have none left.
struct StartedThread {
    private let thread: pthread_t

    /// What the thread is given.
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts it. One of ``join()`` and ``detach()`` has to follow.
    ///
    /// - Throws: `.threadFailed`.
    init(_ body: @escaping @Sendable () -> Void) throws(CaptureError) {
        var thread = pthread_t()
        // The thread owns its work until it ends.
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(
            &thread, nil,
            { work in
                Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        if code != 0 {
            work.release()
            throw CaptureError(.threadFailed, errno: code)
        }
        self.thread = thread
    }

    /// Waits for its end.
    func join() { pthread_join(thread, nil) }

    /// Nobody waits for it.
    func detach() { pthread_detach(thread) }
}
