@testable import Gate

/// Reads `bytes` as a baseline if they begin as JSON does, and else as a policy and as aliases.
public func checkGate(_ bytes: [UInt8]) {
    if bytes.first == UInt8(ascii: "{") { return checkBaseline(bytes) }
    do throws(GateError) {
        _ = try Policy(bytes, path: "policy", flows: ["io": ["dm_mq_queue_rq"]], read: { _ in "same a b" })
    } catch {
        expect(!error.description.contains("\n"), "an error of several lines: \(error)")
    }
    if let aliases = try? Aliases(text: String(decoding: bytes, as: UTF8.self), path: "aliases") {
        _ = aliases.applied(to: [])
    }
}

/// What a baseline has can be written and read again, and compared.
private func checkBaseline(_ bytes: [UInt8]) {
    guard let baseline = try? Baseline(json: bytes, path: "baseline") else { return }
    guard let json = try? baseline.json(), let again = try? Baseline(json: Array(json.utf8), path: "again") else {
        return expect(false, "a baseline that cannot be written, or read again")
    }
    expect((try? again.json()) == json, "another baseline when it is written again")
    let captures = baseline.captures
    guard captures.count > 1 else { return }
    var policy = Policy()
    (policy.time.anyOrder, policy.time.leastCount, policy.shape.leastCalls) = (true, 1, 1)
    var check = Check(
        base: Array(captures[..<(captures.count / 2)]), head: Array(captures[(captures.count / 2)...]), policy: policy)
    check.exchanges = 49
    guard let result = try? check.result() else { return }
    for format in CheckFormats.builtin {
        let text = try? format.render(result, CheckOptions())
        expect(text?.isEmpty == false, "nothing as \(format.name)")
    }
}
