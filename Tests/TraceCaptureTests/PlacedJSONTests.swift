import Foundation
import Testing

@testable import TraceCapture

@Suite struct PlacedJSONTests {
    /// A text that may be JSON: put together from its pieces, and then damaged at times.
    private func text(_ random: inout some RandomNumberGenerator, depth: Int = 0) -> String {
        let pieces = [
            "1", "-0.5e+3", "true", "null", "\"\"", "\"a\\n\\u00e4\\ud83d\\ude00\"", "\"日本\"", "[]", "{}", "0", "1E5",
        ]
        switch Int.random(in: 0..<(depth > 3 ? 4 : 8), using: &random) {
        case 0..<4: return pieces.randomElement(using: &random)!
        case 4..<6:
            let elements = (0..<Int.random(in: 0..<4, using: &random)).map { _ in text(&random, depth: depth + 1) }
            return "[ \(elements.joined(separator: " ,\n"))]"
        default:
            let members = (0..<Int.random(in: 0..<4, using: &random)).map {
                "\"k\($0)\": \(text(&random, depth: depth + 1))"
            }
            return "{\(members.joined(separator: ", "))\t}"
        }
    }

    /// What it takes is what Foundation takes, and means the same.
    @Test func itReadsAsAnotherReader() throws {
        var random = SystemRandomNumberGenerator()
        var right = 0
        for _ in 0..<4_000 {
            var bytes = Array(text(&random).utf8)
            if Bool.random(using: &random), let place = bytes.indices.randomElement(using: &random) {
                let damage: [UInt8] = Array("\",:[]{}\\x0-".utf8)
                bytes[place] = damage.randomElement(using: &random)!
            }
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let ours = try? PlacedJSON(bytes)
            let shown = String(decoding: bytes, as: UTF8.self)
            #expect(ours == nil || theirs != nil, "\(shown)")
            // Foundation also takes a comma behind the last member, and a key that an object has twice.
            if ours == nil, theirs != nil {
                #expect(shown.contains(/,\s*}/) || isRefused(bytes, for: "a second time"), "\(shown)")
            }
            if let ours, let theirs {
                right += 1
                #expect(same(ours, theirs), "\(shown)")
            }
        }
        #expect(right > 1_000)
    }

    private func isRefused(_ bytes: [UInt8], for problem: String) -> Bool {
        do {
            _ = try PlacedJSON(bytes)
            return false
        } catch {
            return error.problem.contains(problem)
        }
    }

    private func same(_ ours: PlacedJSON, _ theirs: Any) -> Bool {
        switch ours.value {
        case .object(let members):
            guard let theirs = theirs as? [String: Any], theirs.count == members.count else { return false }
            return members.allSatisfy { member in theirs[member.key].map { same(member.value, $0) } ?? false }
        case .array(let elements):
            guard let theirs = theirs as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { same($0, $1) }
        case .string(let text): return theirs as? String == text
        case .number(let digits): return (theirs as? NSNumber)?.doubleValue == Double(digits)
        case .boolean(let boolean): return theirs as? Bool == boolean
        case .null: return theirs is NSNull
        }
    }

    @Test(arguments: [(PlacedJSON.maxDepth, true), (PlacedJSON.maxDepth + 1, false), (500_000, false)])
    func depthHasALimit(depth: Int, isTaken: Bool) {
        let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let objects = String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
        for text in [lists, objects] { #expect(((try? PlacedJSON(Array(text.utf8))) != nil) == isTaken) }
    }

    /// What a mistake costs must not grow with the square of the text.
    @Test func manyValuesOnOneLineAreReadInOnePass() throws {
        let text = "[" + String(repeating: "1,", count: 300_000) + "x]"
        #expect { try PlacedJSON(Array(text.utf8)) } throws: { error in
            (error as? PlacedJSON.Mistake)?.place(in: Array(text.utf8)) == "1:600002"
        }
    }
}
