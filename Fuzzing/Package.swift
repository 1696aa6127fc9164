// swift-tools-version: 6.2
import PackageDescription

// A package of its own: its targets are linked with libFuzzer's main and instrumented, which no other target should be.
// `make fuzz` and `make fuzz-smoke` in the folder above build it.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "dmflow-fuzzing",
    products: [
        .executable(name: "FuzzText", targets: ["FuzzText"]),
        .executable(name: "FuzzTraceDat", targets: ["FuzzTraceDat"]),
        .executable(name: "FuzzElf", targets: ["FuzzElf"]),
        .executable(name: "FuzzBTF", targets: ["FuzzBTF"]),
        .executable(name: "FuzzRequests", targets: ["FuzzRequests"]),
        .executable(name: "FuzzGate", targets: ["FuzzGate"]),
    ],
    dependencies: [.package(name: "dmflow", path: "..")],
    targets: [
        .target(
            name: "FuzzChecks",
            dependencies: [
                .product(name: "GraphParser", package: "dmflow"), .product(name: "Reports", package: "dmflow"),
                .product(name: "TraceCapture", package: "dmflow"), .product(name: "Gate", package: "dmflow"),
            ],
            swiftSettings: settings),
        .executableTarget(name: "FuzzText", dependencies: ["FuzzChecks"], swiftSettings: settings),
        .executableTarget(name: "FuzzTraceDat", dependencies: ["FuzzChecks"], swiftSettings: settings),
        .executableTarget(name: "FuzzElf", dependencies: ["FuzzChecks"], swiftSettings: settings),
        .executableTarget(name: "FuzzBTF", dependencies: ["FuzzChecks"], swiftSettings: settings),
        .executableTarget(name: "FuzzRequests", dependencies: ["FuzzChecks"], swiftSettings: settings),
        .executableTarget(name: "FuzzGate", dependencies: ["FuzzChecks"], swiftSettings: settings),
    ]
)
