import Testing
import TraceFormat

@Suite struct ProbeNameTests {
    @Test(arguments: [
        ("libmultipath", "domap"), ("lib_2", "f"), ("a", "_b"), ("a", "b__c"), ("multipathd", "uev_trigger"),
    ])
    func namesGoBothWays(object: String, function: String) throws {
        for kind in [ProbeName.Kind.entry, .exit] {
            let text = Array(ProbeName.text(kind, object: object, function: function).utf8)
            let found = ProbeName(text.span, from: 0)
            let name = try #require(found)
            #expect(name.kind == kind)
            #expect(text[name.object].elementsEqual(object.utf8) && text[name.function].elementsEqual(function.utf8))
            #expect(text[name.whole].elementsEqual("\(object)__\(function)".utf8))
            // In a line, it ends where its characters do.
            let line = Array("x ".utf8) + text + Array(": (0x5)".utf8)
            let inLine = ProbeName(line.span, from: 2)
            #expect(inLine?.whole.upperBound == text.count + 2)
        }
    }
}
