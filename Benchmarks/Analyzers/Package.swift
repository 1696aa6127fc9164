// swift-tools-version: 6.2
import PackageDescription

// What an analyzer of events costs beside the report: a program of its own, since dmflow has no command that only counts them.
let package = Package(
    name: "Analyzers",
    dependencies: [.package(name: "dmflow", path: "../..")],
    targets: [
        .executableTarget(
            name: "analyzers",
            dependencies: [
                .product(name: "GraphParser", package: "dmflow"), .product(name: "Reports", package: "dmflow"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
