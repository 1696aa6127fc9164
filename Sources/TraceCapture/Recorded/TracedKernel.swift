import TraceFormat

/// The running kernel, asked what of the flows it can record, and why not the rest. Long lists are read when they are needed.
final class TracedKernel {
    let files: any TracingFiles
    let release: KernelRelease
    /// As uname(2) names it: `x86_64`.
    let architecture: String
    /// Where members of its structures are.
    let resolver: any FieldResolver
    /// Where proc is mounted.
    let proc: String
    private let readSymbols: () -> [UInt8]
    private let readModules: () -> KernelModules

    /// - Parameters:
    ///   - symbols: reads /proc/kallsyms.
    ///   - modules: looks at the kernel's modules.
    init(
        _ files: any TracingFiles, release: KernelRelease = .running, architecture: String = TracedKernel.architecture,
        resolver: any FieldResolver, proc: String = "/proc",
        symbols: @escaping () -> [UInt8] = { (try? readWholeFile("/proc/kallsyms")) ?? [] },
        modules: @escaping () -> KernelModules = { KernelModules() }
    ) {
        (self.files, self.release, self.architecture) = (files, release, architecture)
        (self.resolver, self.proc) = (resolver, proc)
        (readSymbols, readModules) = (symbols, modules)
    }

    // MARK: Lists

    private var known: AvailableFunctions?

    /// What can be traced.
    ///
    /// - Throws: `.readFailed`, where there is no function tracer or no permission.
    func functions() throws(CaptureError) -> AvailableFunctions {
        if let known { return known }
        let read = try AvailableFunctions(files)
        known = read
        return read
    }

    private(set) lazy var modules = readModules()

    /// The names in /proc/kallsyms.
    private lazy var symbols: Set<ArraySlice<UInt8>> = {
        let names = readSymbols().split(separator: UInt8(ascii: "\n")).compactMap { line in
            // `address type name`, a module behind a tab.
            line.split(separator: UInt8(ascii: " "), maxSplits: 2).last?.prefix { $0 != UInt8(ascii: "\t") }
        }
        return Set(names)
    }()

    /// Whether code or data of the kernel has the name.
    func hasSymbol(_ name: String) -> Bool { symbols.contains(Array(name.utf8)[...]) }

    /// Whether its probes take a function's arguments as `$argN` (Linux 4.20).
    private(set) lazy var namesArguments = ((try? files.read("README")) ?? "").contains("$arg")

    /// Before it, an event of a probe can be at one place only: another definition would replace the first.
    static let severalPlaces = KernelRelease(major: 5, minor: 4)

    var takesSeveralPlaces: Bool { release >= Self.severalPlaces }

    /// Whether probes can be set at the beginning of a function by ftrace (Linux 6.5, where it was built in): they cost less than
    /// kprobes, and miss no call that an interrupt makes in another's handler.
    private(set) lazy var takesFprobes =
        files.exists(FunctionProbe.list) && ((try? files.read("README")) ?? "").contains("f[:[<group>/][<event>]]")

    /// The numbers of a driver's block devices, in /proc/devices.
    func blockMajors(of driver: String) -> [Int] {
        let lines = ((try? readWholeFile("\(proc)/devices")).map { String(decoding: $0, as: UTF8.self) } ?? "").lines
        return lines.drop { $0.trimmed != "Block devices:" }.compactMap { line in
            // `253 device-mapper`
            let fields = line.split(separator: " ")
            guard fields.count == 2, fields[1] == driver, let major = Int(fields[0]), major < 1 << 12 else {
                return nil
            }
            return major
        }
    }

    // MARK: What is absent

    /// Why something of a module is not there, or of the kernel if that is nil.
    ///
    /// - Parameter kernels: which kernels have it, for people; nil if all that have the module should.
    func absence(of module: String?, kernels: String?) -> Unrecorded.Cause? {
        guard let module else { return nil }
        switch modules.state(of: module) {
        case .notLoaded, .notInstalled: return .moduleNotLoaded(module, kernels: kernels)
        case .absent: return .noModule(module, kernels: kernels)
        case .loaded, .builtIn: return nil
        }
    }

    /// Why a function that is not among those that can be traced is not.
    func absence(ofFunction name: String, module: String?, kernels: String?) -> Unrecorded.Cause {
        let known = try? functions()
        // A function of the name may be another one.
        if hasSymbol(name), known?.functions(named: name).isEmpty ?? true { return .untraceable }
        guard let module, known?.loadedModules.contains(module) != true else { return .notInKernel(kernels: kernels) }
        // One that is built in has no functions under its name; they are among the kernel's own.
        return absence(of: module, kernels: kernels) ?? .notInKernel(kernels: kernels)
    }

    static var architecture: String { SystemName.running.machine }
}
