// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// The commit, for `--version`, from the Makefile. Not from Context.gitInformation: the manifest is kept while its text and
// environment are the same, and would go on telling an old commit. Only the one file of CRevision is built anew for it.
let revision = String((Context.environment["DMFLOW_REVISION"] ?? "").filter { $0.isHexDigit || "-dirty".contains($0) })

let package = Package(
    name: "dmflow",
    products: [
        .executable(name: "dmflow", targets: ["dmflow"]),
        .library(name: "GraphParser", targets: ["GraphParser"]),
        .library(name: "Reports", targets: ["Reports"]),
        .library(name: "TraceCapture", targets: ["TraceCapture"]),
        .library(name: "Gate", targets: ["Gate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .systemLibrary(name: "CTracefs", pkgConfig: "libtracefs", providers: [.apt(["libtracefs-dev"])]),
        .systemLibrary(
            name: "CTraceevent", pkgConfig: "libtraceevent", providers: [.apt(["libtraceevent-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        // Without its pkg-config: that would link the shared library, which not every host has.
        .systemLibrary(name: "CYaml", providers: [.apt(["libyaml-dev"])]),
        // As is this.
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),

        .systemLibrary(name: "CLinux"),
        // Debian 12's valgrind refuses programs with newer debug information than this.
        .target(
            name: "CRevision",
            cSettings: [.define("DMFLOW_REVISION", to: "\"\(revision)\""), .unsafeFlags(["-gdwarf-4"])]),

        .target(name: "TraceFormat", swiftSettings: strict),
        .target(name: "Decompression", dependencies: ["CZlib", "CZstd", "CLzma"], swiftSettings: strict),
        .target(
            name: "TraceCapture", dependencies: ["TraceFormat", "Decompression", "CTracefs", "CLinux"],
            resources: [.embedInCode("Flows/builtin.flows.json"), .embedInCode("KernelTypes/builtin.offsets")],
            swiftSettings: strict),
        .target(
            name: "GraphParser", dependencies: ["TraceFormat", "Decompression", "CTraceevent", "CZlib", "CZstd"],
            swiftSettings: strict),
        .target(
            name: "Reports", dependencies: ["TraceFormat", "GraphParser", "CSQLite"],
            resources: [.embedInCode("Layers/builtin.layers"), .embedInCode("HTML/Page")], swiftSettings: strict,
            linkerSettings: [.linkedLibrary(":libsqlite3.a")]),
        .target(
            name: "Gate", dependencies: ["TraceFormat", "GraphParser", "Reports", "CYaml"],
            resources: [.embedInCode("Check/builtin.aliases"), .embedInCode("Policy/builtin.classes")],
            swiftSettings: strict, linkerSettings: [.linkedLibrary(":libyaml.a")]),
        .executableTarget(
            name: "dmflow",
            dependencies: [
                "TraceFormat", "TraceCapture", "GraphParser", "Reports", "Gate", "CRevision",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["GraphParser", "CZlib", "CZstd"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(name: "DecompressionTests", dependencies: ["Decompression", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "TraceFormatTests", dependencies: ["TraceFormat"], swiftSettings: strict),
        .testTarget(
            name: "TraceCaptureTests", dependencies: ["TraceFormat", "TraceCapture", "Decompression", "TestSupport"],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "GraphParserTests",
            dependencies: ["TraceFormat", "GraphParser", "Decompression", "CTraceevent", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RoundTripTests", dependencies: ["TraceFormat", "TraceCapture", "GraphParser", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ReportsTests", dependencies: ["TraceFormat", "Reports", "GraphParser", "CSQLite", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GateTests", dependencies: ["TraceFormat", "Gate", "Reports", "GraphParser", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["GraphParser", "Reports", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests", dependencies: ["dmflow", "TraceFormat", "TestSupport"], swiftSettings: strict),
    ]
)
