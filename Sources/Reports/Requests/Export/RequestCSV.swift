/// Requests as comma-separated values (RFC 4180): what `dmflow requests --format csv` prints.
struct RequestCSV {
    let names: PathNames

    static let head =
        "id,map,startNs,latencyNs,untilDataNs,operation,sector,bytes,task,tid,tries,path,rounds,error,tryErrors,joinedBy,"
        + "ambiguous,stoodIn,stages\r\n"

    /// A line for each request. Of several tries, paths, rounds and errors stand with ` > ` between them; the stages as `name=ns` with
    /// semicolons, all of them one after the other.
    func line(_ request: Request) -> String {
        let fields: [String?] = [
            String(request.id), names.map(request.device), String(request.startNs), String(request.latencyNs),
            request.untilDataNs.map { String($0) }, request.operation, request.sector.map { String($0) },
            String(request.bytes), request.task?.name, request.task.map { String($0.tid) },
            String(request.tries.count), each(request) { $0.disk.map(names.disk) ?? "" },
            each(request) { String($0.rounds.count) },
            request.error, request.tries.contains { $0.error != nil } ? each(request) { $0.error ?? "" } : nil,
            request.joinedBy.rawValue, request.isAmbiguous ? "yes" : "", request.stoodIn.joined(separator: ";"),
            request.stages.map { "\($0.stage)=\($0.ns)" }.joined(separator: ";"),
        ]
        return fields.map { CSVField.text($0 == "" ? nil : $0) }.joined(separator: ",") + "\r\n"
    }

    private func each(_ request: Request, _ text: (Request.Try) -> String) -> String {
        request.tries.map(text).joined(separator: " > ")
    }
}
