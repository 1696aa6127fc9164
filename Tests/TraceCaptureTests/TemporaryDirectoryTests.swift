import Glibc
import Testing

@testable import TraceCapture

@Suite struct TemporaryDirectoryTests {
    /// What a link leads to is somebody's, and stays.
    @Test func removingItFollowsNoLink() {
        let kept = TemporaryDirectory()
        kept.write("deep/precious", "old")
        do {
            let removed = TemporaryDirectory()
            removed.write("own/x", "")
            symlink(kept.path, "\(removed.path)/own/link")
            symlink("\(kept.path)/deep/precious", "\(removed.path)/file")
        }
        #expect(kept.text("deep/precious") == "old")
    }
}
