import GraphParser

/// What a failover is told from: the rare events of the flows `requests` and `failover`.
enum FailoverEvent: Int, ReadEvent {
    case pathFailed, pathReinstated, pathEvent, message, connectionFailed, blocked, unblocked, recoveryTimedOut
    case ping, connectionStarted, deviceState, sense, handlerQueued, abort, reset, handlerOver
    case iscsiAbort, iscsiLUNReset, iscsiTargetReset, iscsiTimer, groupInit, groupInitDone, noPathTimeout
    case console, retransmit, handlerWoken, commandDone, commandTimeout, schedSwitch, waking

    var name: String {
        switch self {
        case .pathFailed: "path_failed"
        case .pathReinstated: "path_reinstated"
        case .pathEvent: "path_event"
        case .message: "mp_message"
        case .connectionFailed: "conn_failure"
        case .blocked: "session_block"
        case .unblocked: "session_unblock"
        case .recoveryTimedOut: "session_timeout"
        case .ping: "iscsi_ping"
        case .connectionStarted: "conn_start"
        case .deviceState: "device_state"
        case .sense: "scsi_sense"
        case .handlerQueued: "eh_queued"
        case .abort: "eh_abort"
        case .reset: "eh_reset"
        case .handlerOver: "eh_over"
        case .iscsiAbort: "iscsi_abort"
        case .iscsiLUNReset: "iscsi_lun_reset"
        case .iscsiTargetReset: "iscsi_target_reset"
        case .iscsiTimer: "iscsi_timer"
        case .groupInit: "pg_init"
        case .groupInitDone: "pg_init_done"
        case .noPathTimeout: "no_path_timeout"
        case .console: "console"
        case .retransmit: "tcp_retransmit_skb"
        case .handlerWoken: "scsi_eh_wakeup"
        case .commandDone: "scsi_dispatch_cmd_done"
        case .commandTimeout: "scsi_dispatch_cmd_timeout"
        case .schedSwitch: "sched_switch"
        case .waking: "sched_waking"
        }
    }

    /// Whether it is of this flow and of paths: what else there is, any trace may have.
    var tells: Bool {
        switch self {
        case .console, .retransmit, .commandDone, .schedSwitch, .waking: false
        default: true
        }
    }

    var fields: [String] {
        switch self {
        case .pathFailed, .pathReinstated, .groupInit: ["path"]
        case .pathEvent: ["type", "path", "valid"]
        case .message: ["command", "argument"]
        case .connectionFailed: ["sid", "error"]
        case .blocked, .unblocked, .recoveryTimedOut, .connectionStarted: ["sid"]
        case .ping: ["sid", "asked"]
        case .deviceState: ["host", "channel", "id", "lun", "state"]
        case .sense: ["host", "channel", "id", "lun", "sense", "code"]
        case .handlerQueued, .abort, .iscsiAbort, .iscsiLUNReset, .iscsiTargetReset: ["host", "channel", "id", "lun"]
        case .reset: ["host"]
        case .handlerOver, .noPathTimeout: []
        case .iscsiTimer: ["verdict"]
        case .groupInitDone: ["path", "error"]
        case .console: ["msg"]
        case .retransmit: ["daddr", "dport", "daddr_v6", "family"]
        case .handlerWoken: ["host_no"]
        case .commandDone, .commandTimeout: ["host_no", "channel", "id", "lun", "result", "opcode"]
        case .schedSwitch: ["prev_comm", "prev_pid", "prev_state", "next_comm", "next_pid"]
        case .waking: ["comm", "pid", "common_flags"]
        }
    }
}
