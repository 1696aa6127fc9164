/// The modules of a kernel: what is loaded, built in, or could be loaded.
struct KernelModules: Sendable {
    enum State: Equatable, Sendable { case loaded, builtIn, notLoaded, absent }

    private let machine: Machine
    /// By the lists of the kernel's distribution; nil where there are none.
    private let builtIn: Set<String>?
    private let loadable: Set<String>?

    init(_ machine: Machine = Machine()) {
        self.machine = machine
        let lists = "/lib/modules/\(machine.release)/modules"
        builtIn = machine.bytes("\(lists).builtin").map(KernelFacts.modules)
        loadable = machine.bytes("\(lists).dep").map(KernelFacts.modules)
    }

    /// A module that cannot be told to be loaded, built in or absent counts as not loaded.
    func state(of name: String) -> State {
        // What is built in has a directory only if it has parameters or a version, and never this file.
        if machine.exists("/sys/module/\(name)/initstate") { return .loaded }
        if builtIn?.contains(name) == true || machine.exists("/sys/module/\(name)") { return .builtIn }
        guard let loadable else { return .notLoaded }
        return loadable.contains(name) ? .notLoaded : .absent
    }
}
