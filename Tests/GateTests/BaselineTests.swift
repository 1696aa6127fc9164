import Testing

@testable import Gate

/// A baseline's file: what goes in comes out, and what nobody wrote is refused.
@Suite struct BaselineTests {
    @Test func whatIsWrittenIsReadAgain() throws {
        let baseline = try Baseline(Profiles.some(3))
        let json = try baseline.json()
        let read = try Baseline(json: Array(json.utf8), path: "b")
        #expect(read.captures.map(\.calls) == baseline.captures.map(\.calls))
        #expect(read.captures.map(\.identity) == baseline.captures.map(\.identity))
        #expect(
            read.captures.map { $0.times.mapValues(\.p50Ns) } == baseline.captures.map { $0.times.mapValues(\.p50Ns) })
        #expect(try read.json() == json)
    }

    @Test func aBaselineComparesAsItsCapturesDo() throws {
        let (base, head) = (Profiles.some(12), Profiles.some(12, first: 1))
        let row = Row(.stage, part: "dm queue")
        let slower = head.changed { $0.times[row] = $0.times[row]!.scaled(by: 1.2) }
        let read = try Baseline(json: Array(Baseline(base).json().utf8), path: "b").captures
        func findings(_ base: [CaptureProfile]) throws -> [Finding] {
            var check = Check(base: base, head: slower, policy: Policy())
            check.exchanges = 999
            return try check.result().findings
        }
        #expect(try findings(base) == findings(read))
    }

    @Test func theOrderOfCapturesDoesNotMatter() throws {
        let captures = Profiles.some(4)
        #expect(try Baseline(captures).json() == Baseline(captures.reversed()).json())
    }

    @Test func captureAreAddedWithoutTheOldOnes() throws {
        let captures = Profiles.some(4)
        var baseline = try Baseline(json: Array(Baseline(Array(captures[..<3])).json().utf8), path: "b")
        try baseline.add(captures[3])
        #expect(baseline.captures.map(\.name) == captures.map(\.name))
        #expect { try baseline.add(captures[2]) } throws: { "\($0)".contains("would count twice") }
    }

    @Test func whatVariesIsKeptByCapture() throws {
        var captures = Profiles.some(2)
        captures[1].calls.append(
            CallNode(depth: 1, function: "odd", layer: "dm", calls: 7, callersWith: 5, fewest: 1, most: 3, selfNs: 9.5))
        let read = try Baseline(json: Array(Baseline(captures).json().utf8), path: "b").captures
        #expect(read[0].calls.count == 4 && read[1].calls.count == 5)
        #expect(Set(read[1].calls.map(\.function)) == Set(captures[1].calls.map(\.function)))
        #expect(read[1].calls.first { $0.function == "odd" } == captures[1].calls.last)
    }

    @Test(arguments: [
        (#""each":1"#, #""each":0"#), (#""each":1"#, #""each":-5"#), (#""each":1"#, #""each":99999999999"#),
        (#""depth":1"#, #""depth":7"#), (#""depth":0"#, #""depth":-1"#), (#""capture":0"#, #""capture":9"#),
        (#""capture":0"#, #""capture":-1"#),
        (#""usualNs":"#, #""usualNs":-"#), (#""buckets":[["#, #""buckets":[[-"#), (#""scope":0"#, #""scope":3"#),
        (#"[200,200,1,1]"#, #"[200,300,1,1]"#),
        (#"[200,200,1,1]"#, #"[0,0,1,1]"#), (#"[200,200,1,1]"#, #"[200,200,5,1]"#),
        ("dmflow.baseline/1", "dmflow.baseline/2"), ("{", "["),
        (#""call":"map""#, #""call":"\u001b[31m""#), (#""events":0"#, #""events":-1"#),
        (#""layer":"dm""#, #""layer":"d m""#),
    ])
    func whatNoCapturesHaveIsRefused(_ what: String, _ instead: String) throws {
        let json = try Baseline(Profiles.some(1)).json()
        let damaged = json.replacing(what, with: instead, maxReplacements: 1)
        try #require(damaged != json)
        #expect { try Baseline(json: Array(damaged.utf8), path: "b.json") } throws: { error in
            let text = "\(error)"
            return error is GateError && text.hasPrefix("b.json: ") && !text.contains("\n")
        }
    }

    @Test func aTruncatedFileIsRefusedWhereverItEnds() throws {
        let bytes = Array(try Baseline(Profiles.some(1)).json().utf8)
        for end in stride(from: 0, to: bytes.count - 3, by: 97) {
            #expect(throws: GateError.self) { try Baseline(json: Array(bytes[..<end]), path: "b") }
        }
    }
}
