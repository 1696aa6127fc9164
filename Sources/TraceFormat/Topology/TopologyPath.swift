extension Topology {
    /// A path of a map: a disk through one port, mostly.
    public struct Path: Codable, Equatable, Sendable {
        /// `sda`
        public var device: String
        /// `8:0`
        public var devno: String
        /// SCSI host, channel, target and LUN: `2:0:0:1`; nil if it is no SCSI disk.
        public var hctl: String?
        /// As the disk tells it.
        public var vendor: String?
        /// As the disk tells it.
        public var model: String?
        /// As the disk tells it.
        public var revision: String?
        /// device-mapper's: `active` or `failed`; nil if the table was just being changed.
        public var state: String?
        /// The SCSI device's: `running`, `offline`, `blocked`, …
        public var deviceState: String?
        /// What multipathd's checker found last: `ready`, `faulty`, …
        public var checkerState: String?
        /// What multipathd gives it; the group with the highest is used.
        public var priority: Int?
        /// Words of the path in the table behind its device, such as how many requests it takes in a row.
        public var selectorArguments: [String] = []

        /// The block layer's: `mq-deadline`, `none`.
        public var scheduler: String?
        /// Commands that the device takes at a time.
        public var queueDepth: Int?
        /// Requests that the block layer has for it.
        public var requestLimit: Int?
        /// Seconds that a command may take until SCSI looks after it.
        public var commandTimeoutSeconds: Int?
        /// Seconds that a command of the error handler's own may take.
        public var errorHandlerTimeoutSeconds: Int?
        /// How long the host's error handler may try before it resets the host.
        public var errorHandlerDeadline: Timeout?

        /// `iscsi`, `fc`, `sas`; nil if sysfs does not tell.
        public var transport: String?
        /// What leads to the disk; nil if that is not iSCSI.
        public var iscsi: ISCSISession?
        /// What leads to the disk; nil if that is not Fibre Channel.
        public var fibreChannel: RemotePort?

        /// - Parameters:
        ///   - device: the kernel's name for it.
        ///   - devno: `major:minor`
        ///   - state: device-mapper's.
        public init(device: String, devno: String, state: String?) {
            (self.device, self.devno, self.state) = (device, devno, state)
        }
    }

    /// An iSCSI session, and its connection.
    public struct ISCSISession: Codable, Equatable, Sendable {
        /// The kernel's number: of `session3`.
        public var sid: Int
        /// `iqn.2026-01.lab:multipath`
        public var target: String?
        /// Address and port of the connection: `127.0.0.1:3260`, `[::1]:3260`.
        public var portal: String?
        /// `iqn.1993-08.org.debian:01:0123`
        public var initiator: String?
        /// `LOGGED_IN`, `FAILED` or `FREE`
        public var state: String?
        /// How long commands wait for a session that is away before they fail: the one in force, which multipathd sets to its
        /// `fast_io_fail_tmo`, whatever iscsid's `replacement_timeout` was.
        public var recoveryTimeout: Timeout?
        /// Seconds without anything from the target after which it is asked for a sign of life (NOP-Out); 0 for never.
        public var nopIntervalSeconds: Int?
        /// Seconds that its answer may take until the connection counts as broken; 0 for any time.
        public var nopTimeoutSeconds: Int?
        /// Seconds that the target may take to abort a command.
        public var abortTimeoutSeconds: Int?
        /// Seconds that it may take to reset a LUN.
        public var lunResetTimeoutSeconds: Int?
        /// Seconds that it may take to reset itself.
        public var targetResetTimeoutSeconds: Int?

        /// - Parameter sid: the kernel's number.
        public init(sid: Int) { self.sid = sid }
    }

    /// A remote port of Fibre Channel.
    public struct RemotePort: Codable, Equatable, Sendable {
        /// `rport-2:0-3`
        public var name: String
        /// `0x2100000000000001`
        public var portName: String?
        /// `Online`, `Blocked`, …
        public var state: String?
        /// How long its disks stay when it is gone.
        public var deviceLossTimeout: Timeout?
        /// How long commands wait for it before they fail.
        public var fastIOFailTimeout: Timeout?

        /// - Parameter name: the kernel's.
        public init(name: String) { self.name = name }
    }
}
