/// What requests are joined by: the events of the flow `requests`, and the kernel's own tracepoints.
enum RequestEvent: Int, ReadEvent {
    case dispatch, clone, transmit, taskDone, scsiDone, dmDone, verdict, end
    case dmRequeue, requeue, retry, timer
    case issue, command, sent, header, response, completed, cloneEnd
    case bio, merge, frontMerge, bioEnd
    case tcpPDU, tcpOut, tcpIn
    case bioMap, bioUnmap, start
    case commandStart, dataDone
    case rqIssue, rqRemap, rqRequeue, bioQueue, commandDone
    case timerVerdict

    var name: String {
        switch self {
        case .dispatch: "dm_dispatch"
        case .clone: "dm_clone"
        case .transmit: "iscsi_xmit"
        case .taskDone: "iscsi_done"
        case .scsiDone: "scsi_end"
        case .dmDone: "dm_done"
        case .verdict: "dm_verdict"
        case .end: "rq_end"
        case .dmRequeue: "dm_requeue"
        case .requeue: "rq_requeue"
        case .retry: "scsi_requeue"
        case .timer: "scsi_timer"
        case .issue: "scsi_queue"
        case .command: "iscsi_queue"
        case .sent: "iscsi_sent"
        case .header: "iscsi_header"
        case .response: "iscsi_response"
        case .completed: "scsi_complete"
        case .cloneEnd: "clone_end"
        case .bio: "bio_queue"
        case .merge: "bio_merge"
        case .frontMerge: "bio_front_merge"
        case .bioEnd: "bio_end"
        case .tcpPDU: "tcp_pdu"
        case .bioMap: "bio_map"
        case .bioUnmap: "bio_unmap"
        case .start: "rq_start"
        case .tcpOut: "tcp_out"
        case .tcpIn: "tcp_in"
        case .commandStart: "scsi_dispatch_cmd_start"
        case .dataDone: "block_rq_complete"
        case .rqIssue: "block_rq_issue"
        case .rqRemap: "block_rq_remap"
        case .rqRequeue: "block_rq_requeue"
        case .bioQueue: "block_bio_queue"
        case .commandDone: "scsi_dispatch_cmd_done"
        case .timerVerdict: "iscsi_timer"
        }
    }

    var fields: [String] {
        switch self {
        case .dispatch: ["rq", "sector", "bytes", "flags", "queued", "major", "minor", "bio", "biotail"]
        case .clone: ["clone", "rq", "major", "minor"]
        case .transmit: ["task", "sc", "conn", "itt"]
        case .taskDone: ["task", "sc"]
        case .scsiDone: ["sc", "result"]
        case .dmDone, .requeue, .timer: ["rq"]
        case .verdict, .cloneEnd: ["clone", "error"]
        case .end: ["rq", "error"]
        case .dmRequeue: ["tio"]
        case .retry, .command: ["sc"]
        case .issue, .completed: ["clone"]
        case .sent: ["status"]
        case .header: ["conn", "itt"]
        case .response: ["conn", "itt", "opcode"]
        case .bio, .bioEnd: ["bio"]
        case .merge, .frontMerge: ["rq"]
        case .bioMap: ["bio", "sector", "bytes", "flags", "major", "minor"]
        case .bioUnmap: ["bio", "error", "major", "minor"]
        case .start: ["rq", "bio"]
        case .tcpPDU: ["task", "sk", "seq"]
        case .tcpOut, .tcpIn: ["sk", "seq", "end"]
        // A text has the block's number by its name, a record in the command's bytes.
        case .commandStart, .commandDone: ["host_no", "channel", "id", "lun", "driver_tag", "lba", "cmnd"]
        case .dataDone: ["dev", "sector", "nr_sector", "error"]
        case .rqIssue: ["dev", "sector", "nr_sector", "bytes", "rwbs"]
        case .rqRemap: ["dev", "sector", "old_dev", "old_sector"]
        case .rqRequeue: ["dev", "sector"]
        case .bioQueue: ["dev", "sector", "nr_sector"]
        case .timerVerdict: ["verdict"]
        }
    }
}

typealias RequestEvents = EventTable<RequestEvent>
