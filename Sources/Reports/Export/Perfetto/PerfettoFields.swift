/// Numbers of the fields of Perfetto's messages, and of their values, as far as they are written here: as protos/perfetto/trace/ of
/// Perfetto has them. They never change.
enum PerfettoField {
    enum Trace {
        static let packet = 1
    }

    enum Packet {
        static let clockSnapshot = 6
        static let timestamp = 8
        static let sequenceID = 10
        static let trackEvent = 11
        static let internedData = 12
        static let sequenceFlags = 13
        static let systemInfo = 45
        static let defaults = 59
        static let trackDescriptor = 60
        static let firstOnSequence = 87

        /// In the defaults, too.
        static let clockID = 58

        static let stateCleared = 1
        static let needsState = 2
    }

    enum Clock {
        static let clocks = 1
        static let primary = 2
        static let id = 1
        static let time = 2

        static let realtime = 1
        /// By the names that the kernel's tracer has for them: those that Perfetto knows, too.
        static let ofTrace = ["mono": 3, "mono_raw": 5, "boot": 6]
    }

    enum Event {
        static let categories = 3
        static let annotations = 4
        static let type = 9
        static let name = 10
        static let track = 11
        static let flows = 47

        static let begins = 1
        static let ends = 2
        static let instant = 3
    }

    enum Annotation {
        static let name = 1
        static let flag = 2
        static let number = 3
        static let text = 6
        static let label = 17
    }

    enum Interned {
        static let categories = 1
        static let names = 2
        static let annotationNames = 3
        static let annotationTexts = 29

        /// In each of them.
        static let number = 1
        static let text = 2
    }

    enum Track {
        static let uuid = 1
        static let name = 2
        static let process = 3
        static let thread = 4
        static let parent = 5
        static let ordering = 11
        static let rank = 12

        static let explicitOrder = 3
        static let processID = 1
        static let processName = 6
        static let threadProcess = 1
        static let threadID = 2
        static let threadName = 5
    }

    enum System {
        static let name = 1
        static let utsSystem = 1
        static let utsRelease = 3
    }
}
