/// Which task runs on which CPU, for text without the task column.
///
/// The kernel prints a block when the task of a CPU's lines changes, but none before a CPU's first line: until the first
/// block the task is unknown, and the block's left side tells who it was.
struct TaskLanes: Sendable {
    private var tasks: [Int: TaskKey] = [:]

    /// The task on `cpu`; nil if no line of this CPU has been seen.
    func task(on cpu: Int) -> TaskKey? { tasks[cpu] }

    /// Unnamed tasks that are running or waiting on other CPUs.
    func unnamedTasks(except cpu: Int) -> Set<TaskKey> {
        Set(tasks.filter { $0.key != cpu && $0.value.tid == nil }.map(\.value))
    }

    /// A task that goes on elsewhere keeps its old lane, too: without a block, it has come back.
    mutating func set(_ task: TaskKey, on cpu: Int) { tasks[cpu] = task }

    /// What was known as `old` is now known to be `new`.
    mutating func rename(_ old: TaskKey, to new: TaskKey) {
        for (cpu, key) in tasks where key == old { tasks[cpu] = new }
    }
}
