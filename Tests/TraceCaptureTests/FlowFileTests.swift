import Foundation
import Testing

@testable import TraceCapture

/// Files of flows that somebody has written: what is wrong is said, and where.
@Suite struct FlowFileTests {
    private static func file(_ flows: String) -> String { #"{ "schema": "dmflow.flows/1", "flows": [\#(flows)] }"# }

    private static func flow(_ more: String) -> String { file(#"{ "name": "a", "summary": "", \#(more) }"#) }

    private static func roots(_ roots: String) -> String { flow(#""roots": [\#(roots)]"#) }

    private static func probe(_ more: String) -> String {
        flow(#""probes": [{ "name": "p", "function": "f", \#(more) }]"#)
    }

    private static func user(_ user: String) -> String {
        flow(#""roots": [{ "function": "f" }], "user": { \#(user) }"#)
    }

    /// → stands before what is wrong.
    static let mistakes: [(String, String)] = [
        // No JSON.
        ("→", "the end, where a value was expected"), ("{→", "no key in quotes"),
        ("{ \"schema\": 1,\n  →}", "no key in quotes"), (#"{ "a" →1 }"#, "no ':' behind the key 'a'"),
        ("[1 →2]", "neither ',' nor ']'"), ("{} →x", "something behind the end"),
        ("\"é\" →x", "something behind the end"), ("[→tru]", "no value of JSON"), ("[0→1]", "neither"),
        ("[1.→]", "no digit"), ("[\"a→\nb\"]", "a control character in a string"), ("[→\"a", "without its end"),
        (#"["→\q"]"#, "no escape of JSON"), (#"["→\ud800"]"#, "half of a pair"), (#"["→\u00g0"]"#, "no escape"),
        (#"{ "a": 1, →"a": 2 }"#, "the key 'a' a second time"),
        // The file.
        ("→[]", "the file is a list, not an object"), (#"→{ "flows": [] }"#, "'schema' is missing in the file"),
        (#"{ "schema": →"x/2", "flows": [] }"#, "its schema is 'x/2'"),
        ("{ \"schema\": \"dmflow.flows/1\",\n  →\"flos\": [] }", "'flos' is no key of the file; did you mean 'flows'?"),
        (#"{ "schema": "dmflow.flows/1", "flows": →{} }"#, "flows is an object, not a list"),
        // A flow.
        (
            file(#"→{ "name": "a", "summary": "" }"#),
            "the flow 'a' records nothing: it has none of 'roots', 'tracepoints', 'probes', 'user'"
        ),
        (file(#"{ "name": →"a b", "summary": "", "roots": [] }"#), "flows[0].name is 'a b', not a name of letters"),
        (file(#"{ "name": →"é", "summary": "", "roots": [] }"#), "flows[0].name is 'é', not a name of letters"),
        (file(#"{ "name": →7, "summary": "", "roots": [] }"#), "flows[0].name is a number, not a string"),
        (flow(#""roots": →[]"#), "flows[0].roots is empty"),
        (
            flow(#""roots": [{ "function": "f" }], "default": →"yes""#),
            "flows[0].default is a string, not true or false"
        ),
        (
            flow(#""roots": [{ "function": "f" }], →"interval": 5"#),
            "'interval' is no key of flows[0], which takes 'name',"
        ),
        (
            file(
                #"{ "name": "a", "summary": "", "roots": [{ "function": "f" }] },"# + "\n"
                    + #"→{ "name": "a", "summary": "", "roots": [{ "function": "g" }] }"#),
            "flows[1] has the name 'a' of flows[0]"
        ),
        // Its roots.
        (roots(#"{ →"functoin": "f" }"#), "'functoin' is no key of flows[0].roots[0]; did you mean 'function'?"),
        (roots(#"{ "function": "f", →"instaed": [] }"#), "did you mean 'instead'?"),
        (roots(#"{ "function": →"" }"#), "flows[0].roots[0].function is '', not the name of a function"),
        (roots(#"{ "function": →"f g" }"#), "'f g', not the name of a function, or a pattern"),
        (roots(#"{ "function": "f", "instead": →"g" }"#), "flows[0].roots[0].instead is a string, not a list"),
        (roots(#"{ "function": "f", "instead": ["g", →5] }"#), "flows[0].roots[0].instead[1] is a number"),
        (roots(#"{ "function": "f", "module": →"a/b" }"#), "'a/b', not the name of a module"),
        (roots(#"{ "function": "f" }, →{ "function": "f" }"#), "flows[0].roots[1] is roots[0] again, 'f'"),
        (
            roots(#"{ "function": "f", "module": "m" }, →{ "function": "f", "module": "m" }"#),
            "flows[0].roots[1] is roots[0] again, 'f m'"
        ),
        // Its tracepoints.
        (flow(#""tracepoints": →[]"#), "flows[0].tracepoints is empty"),
        (flow(#""tracepoints": [→{ "filter": "a > 1" }]"#), "'event' is missing in flows[0].tracepoints[0]"),
        (flow(#""tracepoints": [{ "event": →"block_rq_issue" }]"#), "not the name of an event with its system"),
        (flow(#""tracepoints": [{ "event": →"a:b:c" }]"#), "not the name of an event with its system"),
        (flow(#""tracepoints": [{ "event": →"../a:b" }]"#), "not the name of an event with its system"),
        (flow(#""tracepoints": [{ "event": "a:b", "filter": →"x\n1" }]"#), "not a text of one line"),
        (flow(#""tracepoints": [{ "event": "a:b", →"fliter": "x" }]"#), "did you mean 'filter'?"),
        (flow(#""tracepoints": [{ "event": "a:b" }, →{ "event": "a:b" }]"#), "tracepoints[1] is tracepoints[0] again"),
        (
            flow(#""tracepoints": [{ "event": "a:b", "devices": →"sd" }]"#),
            "flows[0].tracepoints[0].devices is 'sd', not 'device-mapper'"
        ),
        (
            flow(#""roots": [{ "function": "f" }], "with": [→"a b"]"#),
            "flows[0].with[0] is 'a b', not a name of letters"
        ),
        (flow(#""roots": [{ "function": "f" }], "with": →"b""#), "flows[0].with is a string, not a list"),
        // Its kernel probes.
        (probe(#"→"feilds": []"#), "did you mean 'fields'?"),
        (probe(#""at": →"exit""#), "flows[0].probes[0].at is 'exit', not 'entry' or 'return'"),
        (probe(#""fields": [{ "name": "a", "from": →"arg0" }]"#), "not arg1 to arg12, return"),
        (probe(#""fields": [{ "name": "a", "from": →"return" }]"#), "known at the return only"),
        (probe(#""at": "return", "fields": [{ "name": "a", "from": →"arg1" }]"#), "only 'return' is known"),
        (probe(#""at": "return", "fields": [{ "name": "a", "path": →"rq" }]"#), "only 'return' is known"),
        (probe(#""fields": [→{ "name": "a" }]"#), "has neither 'from' nor 'path'"),
        (probe(#""fields": [→{ "name": "a", "from": "arg1", "offsets": [0] }]"#), "'type' is missing"),
        (probe(#""fields": [{ "name": "a", "path": "rq", "offsets": →[0] }]"#), "'offsets' need 'from'"),
        (probe(#""fields": [{ "name": "a", "from": "arg1", "path": "s.m", "offsets": →[0] }]"#), "both 'path' and"),
        (probe(#""fields": [{ "name": "a", "from": "arg1", "offsets": [→1.5], "type": "u8" }]"#), "not a whole number"),
        (probe(#""fields": [{ "name": "a", "from": "arg1", "path": →"member" }]"#), "behind its structure's"),
        (
            probe(#""fields": [{ "name": "a", "from": "arg1", "path": "s.m", "instead": [→"member"] }]"#),
            "behind its structure's"
        ),
        (probe(#""fields": [{ "name": "a", "from": "arg1", "instead": →["s.m"] }]"#), "'instead' needs 'path'"),
        (
            probe(#""fields": [{ "name": "a", "path": "b", "unproven": →[8] }]"#), "'unproven' needs 'from' and 'path'"
        ),
        (probe(#""fields": [{ "name": "a", "path": →"a b" }]"#), "not the name of an argument"),
        (probe(#""fields": [{ "name": "a", "from": "arg1", "type": →"u7" }]"#), "not a type of the kernel's probes"),
        (probe(#""fields": [{ "name": "a", "from": "arg1" }, →{ "name": "a", "path": "b" }]"#), "is fields[0] again"),
        (flow(#""probes": [{ "name": →"call__a__b", "function": "f" }]"#), "does not begin with call__, ret__"),
        (flow(#""probes": [{ "name": "a", "function": →"f*" }]"#), "'f*', not the name of a function"),
        // User space.
        (
            flow(#""roots": [{ "function": "f" }], "user": →{ "functions": [] }"#),
            "'process' is missing in flows[0].user"
        ),
        (user(#""process": "p", "functions": →[]"#), "flows[0].user.functions is empty"),
        (user(#""process": →"/p", "functions": [{ "object": "p", "function": "f" }]"#), "the base name of a program"),
        (user(#""process": "p", "functions": [{ "object": →"a__b", "function": "f" }]"#), "single _"),
        (user(#""process": "p", "functions": [{ "object": "p", "function": →"f.x" }]"#), "not a name of C"),
        (
            user(
                #""process": "p", "functions": [{ "object": "p", "function": "f" }, →{ "object": "p", "function": "f" }]"#
            ),
            "flows[0].user.functions[1] is functions[0] again, 'p f'"
        ),
        (
            user(
                #""process": "p", "functions": [{ "object": "p", "function": "f" }], "threads": [{ "name": "t", "functions": →[] }]"#
            ),
            "flows[0].user.threads[0].functions is empty"
        ),
    ]

    @Test(arguments: mistakes) func aMistakeIsSaidWithItsPlace(marked: String, problem: String) throws {
        let parts = marked.components(separatedBy: "→")
        let lines = parts[0].components(separatedBy: "\n")
        let place = "\(lines.count):\(try #require(lines.last).count + 1)"
        #expect(parts.count == 2)
        #expect { try FlowCatalogue(json: Array(parts.joined().utf8), path: "my.json") } throws: { error in
            let text = "\(error)"
            return text.contains(problem) && text.contains(": my.json:\(place);") && !text.contains("\n")
        }
    }

    @Test func whatIsNoTextIsSaidWithItsPlace() {
        let json = Array("[\n \"ab".utf8) + [0xff] + Array("\"]".utf8)
        #expect { try FlowCatalogue(json: json, path: "my.json") } throws: {
            "\($0)".contains("no UTF-8: my.json:2:5;")
        }
    }

    @Test func aByteOrderMarkIsPassedOver() throws {
        let json = [0xef, 0xbb, 0xbf] + Array(Self.roots(#"{ "function": "f" }"#).utf8)
        #expect(try FlowCatalogue(json: json, path: "my.json").names == ["a"])
    }

    /// The same function in another module is another root.
    @Test func rootsAreToldApartByTheirModule() throws {
        let json = Self.roots(
            #"{ "function": "f" }, { "function": "f", "module": "m" }, { "function": "g*", "instead": ["h"] }"#)
        #expect(try FlowCatalogue(json: Array(json.utf8), path: "my.json").flows[0].roots.count == 3)
    }

    // MARK: The schema

    /// Every key of the schema is read, and no other.
    @Test func theSchemaHasTheSameKeys() throws {
        let whole = """
            { "schema": "dmflow.flows/1", "flows": [ { "name": "a", "summary": "s", "default": true, "with": ["b"],
              "roots": [ { "function": "f", "module": "m", "kernels": "k", "instead": ["g"] } ],
              "tracepoints": [ { "event": "a:b", "filter": "c > 1", "devices": "device-mapper", "module": "m", "kernels": "k" } ],
              "probes": [ { "name": "p", "function": "f", "at": "entry", "module": "m", "kernels": "k", "instead": ["g"],
                            "fields": [ { "name": "a", "from": "arg2", "type": "u8", "offsets": [8, -4], "path": "s.m", "instead": ["s.n"], "unproven": [80],
                                          "kernels": "k" } ] } ],
              "user": { "process": "p", "optional": true,
                        "functions": [ { "object": "o", "function": "f", "versions": "v", "instead": ["g"] } ],
                        "threads": [ { "name": "t", "functions": ["f"] } ] } } ] }
            """
        // A field has one of the two.
        let parts = [#", "path": "s.m", "instead": ["s.n"], "unproven": [80]"#, #", "offsets": [8, -4]"#]
        let byOffsets = whole.replacingOccurrences(of: parts[0], with: "")
        let flow = try #require(try FlowCatalogue(json: Array(byOffsets.utf8), path: "my.json").flows.first)
        let byMembers = whole.replacingOccurrences(of: parts[1], with: "")
        let other = try #require(try FlowCatalogue(json: Array(byMembers.utf8), path: "my.json").flows.first)
        #expect(
            flow.probes[0].fields == [
                .init(name: "a", place: .offsets([8, -4], from: .argument(2)), type: "u8", kernels: "k")
            ])
        #expect(
            other.probes[0].fields == [
                .init(
                    name: "a", place: .members("s.m", from: .argument(2)), type: "u8",
                    instead: [.members("s.n", from: .argument(2))], unproven: .offsets([80], from: .argument(2)),
                    kernels: "k")
            ])
        #expect(
            flow.tracepoints == [
                .init(event: "a:b", filter: "c > 1", devices: .deviceMapper, module: "m", kernels: "k")
            ])
        #expect(flow.probes[0].moment == .entry && flow.probes[0].instead == ["g"] && flow.modules == ["m", "m", "m"])
        #expect(flow.roots == [.init(function: "f", module: "m", kernels: "k", instead: ["g"])])
        #expect(flow.isDefault == true && flow.summary == "s" && flow.with == ["b"])
        #expect(flow.user?.functions == [.init(object: "o", function: "f", versions: "v", instead: ["g"])])
        #expect(
            flow.user?.threads == [.init(name: "t", functions: ["f"])] && flow.user?.process == "p"
                && flow.user?.isOptional == true)
        let documentation = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Documentation/flows.schema.json")
        let schema = try PlacedJSON(Array(Data(contentsOf: documentation)))
        try expectKeys(of: schema, in: try PlacedJSON(Array(whole.utf8)), "")
    }

    private func expectKeys(of schema: PlacedJSON, in sample: PlacedJSON, _ path: String) throws {
        if case .object(let members) = sample.value {
            let properties = try #require(schema["properties"])
            #expect(Set(properties.keys) == Set(members.map(\.key)), "\(path)")
            #expect(schema["additionalProperties"]?.value == .boolean(false), "\(path)")
            for member in members {
                try expectKeys(of: try #require(properties[member.key]), in: member.value, "\(path).\(member.key)")
            }
        }
        if case .array(let elements) = sample.value {
            try expectKeys(of: try #require(schema["items"]), in: try #require(elements.first), path)
        }
    }
}

extension PlacedJSON {
    fileprivate subscript(key: String) -> PlacedJSON? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.key == key }?.value
    }

    fileprivate var keys: [String] {
        guard case .object(let members) = value else { return [] }
        return members.map(\.key)
    }
}
