extension Topology {
    /// A value by the name that the kernel or multipath-tools have for it.
    public struct Property: Equatable, Sendable {
        /// `recovery_tmo`
        public let name: String
        /// `5 s`
        public let value: String

        /// - Returns: nil if the value is not known.
        init?(_ name: String, _ value: (some CustomStringConvertible)?) {
            guard let value else { return nil }
            (self.name, self.value) = (name, value.description)
        }

        /// - Returns: nil if the number of seconds is not known.
        init?(_ name: String, seconds: Int?) { self.init(name, seconds.map { Timeout.seconds($0) }) }
    }
}

extension Topology.Multipathd {
    /// As far as they are known.
    public var properties: [Topology.Property] {
        [
            .init("polling_interval", seconds: pollingIntervalSeconds),
            .init("max_polling_interval", seconds: maxPollingIntervalSeconds),
        ].compactMap(\.self)
    }
}

extension Topology.Map {
    /// What can change while it is the same map, as far as it is known.
    public var properties: [Topology.Property] {
        [
            .init("name", name), .init("device", "\(device) \(devno)"), .init("queue_mode", queueMode),
            .init("features", features.joined(separator: " ")),
            .init("hwhandler", hardwareHandler.joined(separator: " ")), .init("no_path_retry", noPathRetry),
            .init("failback", failback), .init("sectors", sectors), .init("read-only", isReadOnly),
            .init("suspended", isSuspended),
        ].compactMap(\.self)
    }
}

extension Topology.Group {
    /// What can change while it is the same group.
    public var properties: [Topology.Property] {
        [
            .init("status", state), .init("policy", ([selector] + selectorArguments).joined(separator: " ")),
        ].compactMap(\.self)
    }
}

extension Topology.Path {
    /// What can change while it is the same path, as far as it is known.
    public var properties: [Topology.Property] {
        let states: [Topology.Property?] = [
            .init("state", state), .init("device state", deviceState), .init("checker", checkerState),
            .init("prio", priority), .init("hctl", hctl), .init("vendor", vendor), .init("model", model),
            .init("revision", revision),
        ]
        return states.compactMap(\.self) + queue + timers + connection + connectionTimers
    }

    /// How many commands it takes, and in which order.
    public var queue: [Topology.Property] {
        [
            .init("scheduler", scheduler), .init("queue_depth", queueDepth), .init("nr_requests", requestLimit),
        ].compactMap(\.self)
    }

    /// The timers of its commands.
    public var timers: [Topology.Property] {
        [
            .init("timeout", seconds: commandTimeoutSeconds), .init("eh_timeout", seconds: errorHandlerTimeoutSeconds),
            .init("eh_deadline", errorHandlerDeadline),
        ].compactMap(\.self)
    }

    /// What leads to it.
    public var connection: [Topology.Property] {
        [
            .init("transport", transport), .init("session", iscsi?.sid), .init("target", iscsi?.target),
            .init("portal", iscsi?.portal), .init("initiator", iscsi?.initiator), .init("session state", iscsi?.state),
            .init("rport", fibreChannel?.name), .init("port", fibreChannel?.portName),
            .init("port state", fibreChannel?.state),
        ].compactMap(\.self)
    }

    /// The timers of what leads to it.
    public var connectionTimers: [Topology.Property] {
        [
            .init("recovery_tmo", iscsi?.recoveryTimeout), .init("recv_tmo", seconds: iscsi?.nopIntervalSeconds),
            .init("ping_tmo", seconds: iscsi?.nopTimeoutSeconds),
            .init("abort_tmo", seconds: iscsi?.abortTimeoutSeconds),
            .init("lu_reset_tmo", seconds: iscsi?.lunResetTimeoutSeconds),
            .init("tgt_reset_tmo", seconds: iscsi?.targetResetTimeoutSeconds),
            .init("dev_loss_tmo", fibreChannel?.deviceLossTimeout),
            .init("fast_io_fail_tmo", fibreChannel?.fastIOFailTimeout),
        ].compactMap(\.self)
    }
}
