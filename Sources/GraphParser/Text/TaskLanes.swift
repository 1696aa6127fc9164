/// Which task runs on which CPU, for text without the task column.
///
/// The kernel prints a block when the task of a CPU changes, but none before a CPU's first line: until the first block
/// the task is unknown, and the block's left side tells who it was.
struct TaskLanes {
    private var tasks: [Int: TaskKey] = [:]

    /// The task on `cpu`; nil if no line of this CPU has been seen.
    func task(on cpu: Int) -> TaskKey? { tasks[cpu] }

    /// Unnamed tasks that are running or waiting on other CPUs.
    func unnamedTasks(except cpu: Int) -> [TaskKey] {
        tasks.filter { $0.key != cpu && $0.value.tid == nil }.map(\.value)
    }

    mutating func set(_ task: TaskKey, on cpu: Int) { tasks[cpu] = task }

    /// The unnamed task `task` goes on here: its old lane starts anew.
    mutating func move(_ task: TaskKey, to cpu: Int) {
        for (old, key) in tasks where key == task { tasks[old] = nil }
        tasks[cpu] = task
    }
}
