/// A named thing to watch, and what is recorded of it on one kernel or another. What a flow names is data; the kinds that there
/// are, are `RecordedKind`s.
public struct Flow: Equatable, Sendable {
    /// A function that begins the flow on some kernels.
    public struct Root: Equatable, Sendable {
        /// The name in the source, without compiler suffixes, or a pattern with * and ?.
        public var function: String
        /// The module that it is in where it is not built in.
        public var module: String?
        /// Which kernels have it, for people.
        public var kernels: String?
        /// What is traced where this cannot be: those of them that can. They are below this or around it; what may exist beside it
        /// is a root of its own.
        public var instead: [String]?

        /// - Parameters:
        ///   - function: the name in the source, or a pattern with * and ?.
        ///   - module: that it is in where it is not built in.
        ///   - kernels: which have it, for people.
        ///   - instead: what is traced where it cannot be.
        public init(function: String, module: String? = nil, kernels: String? = nil, instead: [String]? = nil) {
            (self.function, self.module, self.kernels, self.instead) = (function, module, kernels, instead)
        }
    }

    /// An event that the kernel's source defines.
    public struct Tracepoint: Equatable, Sendable {
        /// `SYSTEM:EVENT`, as the kernel names it: `block:block_rq_issue`.
        public var event: String
        /// Which of its events are recorded, in the kernel's words: `nr_sector > 8`; nil for all.
        public var filter: String?
        /// Of which devices they are recorded, by the event's field `dev`; nil for all.
        public var devices: Devices?
        /// The module that defines it where it is not built in.
        public var module: String?
        /// Which kernels have it, for people.
        public var kernels: String?

        /// Block devices of one driver.
        public enum Devices: String, CaseIterable, Sendable {
            /// As /proc/devices names it.
            case deviceMapper = "device-mapper"
        }

        /// `SYSTEM/EVENT`: where its files are below `events`.
        var directory: String { event.replacing(":", with: "/") }
    }

    /// A place in the kernel's code that becomes an event of dmflow's own.
    public struct KernelProbe: Equatable, Sendable {
        /// When the event is recorded.
        public enum Moment: String, CaseIterable, Sendable {
            /// Where the function begins.
            case entry
            /// Where it returns.
            case `return`
        }

        /// A value that the event has.
        public struct Field: Equatable, Sendable {
            /// Where it is.
            enum Place: Equatable, Sendable {
                /// An argument by its name in the source, or what it leads to, as in C: `bd->rq->__sector`.
                case parameter(String)
                /// What is at hand.
                case value(ProbeSource)
                /// Through members of structures, as in C, beginning with the one that is pointed to:
                /// `scsi_cmnd.device->sdev_name`.
                case members(String, from: ProbeSource)
                /// Through memory: the bytes to add to each pointer, beginning with what is at hand.
                case offsets([Int], from: ProbeSource)
            }

            /// What the event calls it.
            public var name: String
            var place: Place
            /// As the kernel names types of probes: `x64`, `u32`, `string`; nil for that of the member, or `x64`.
            public var type: String?
            /// Where it is on kernels that do not know the place: the first of these that they know.
            var instead: [Place] = []
            /// Where it may be on kernels that know none of these: for addresses, which whoever reads the trace compares with
            /// others before believing them.
            var unproven: Place?
            /// Which kernels have it, for people.
            public var kernels: String?

            /// All places, in the order in which they are tried.
            var places: [Place] { [place] + instead }
        }

        /// The event's name in dmflow's group.
        public var name: String
        /// The name in the source, without compiler suffixes.
        public var function: String
        /// When the event is recorded.
        public var moment = Moment.entry
        /// The module that it is in where it is not built in.
        public var module: String?
        /// What the event has beside the place, in this order.
        public var fields: [Field] = []
        /// Which kernels have it, for people.
        public var kernels: String?
        /// What is probed where this cannot be: the first of these that can.
        public var instead: [String]?
    }

    /// What the flow is in user space.
    public struct UserSide: Equatable, Sendable {
        /// A function whose calls are the parents of the kernel's.
        public struct Function: Equatable, Sendable {
            /// The file that it is in: its base name up to `.so`.
            public var object: String
            /// The name in the source, without compiler suffixes.
            public var function: String
            /// Which versions have it, for people.
            public var versions: String?
            /// What is traced where this cannot be: the first of these that can.
            public var instead: [String]?
        }

        /// A thread, known by functions that no other thread is ever in.
        public struct Thread: Equatable, Sendable {
            /// What it is called in traces.
            public var name: String
            /// Any of them on its stack tells it.
            public var functions: [String]
        }

        /// The base name of the program.
        public var process: String
        /// Whether the rest of the flow is recorded where the program does not run, or shows none of the functions.
        public var isOptional = false
        /// Those that get probes.
        public var functions: [Function]
        /// Its threads that can be told apart; nil if none can.
        public var threads: [Thread]?
    }

    /// What users ask for it by.
    public var name: String
    /// What a user sees it as.
    public var summary: String
    /// Whether it is recorded when none is asked for.
    public var isDefault: Bool?
    /// Flows that are recorded with it.
    public var with: [String] = []
    /// Where its trees of calls begin.
    public var roots: [Root] = []
    /// Events of the kernel's source that are recorded.
    public var tracepoints: [Tracepoint] = []
    /// Places in the kernel's code that are recorded.
    public var probes: [KernelProbe] = []
    /// nil if it is in the kernel only.
    public var user: UserSide?

    /// The name of the flow that joins requests.
    public static let requests = "requests"
    /// What `--light` records: requests and failovers, and no trees of calls.
    public static let light = [requests, "failover"]

    /// Modules of the kernel that have something of it.
    var modules: [String] {
        roots.compactMap(\.module) + tracepoints.compactMap(\.module) + probes.compactMap(\.module)
    }
}
