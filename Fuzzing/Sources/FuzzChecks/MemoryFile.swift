import Glibc

/// A file in memory whose content changes: making a file for each input takes longer than reading it.
struct MemoryFile {
    let descriptor: Int32

    init() {
        let name = "/dmflow-fuzzing-\(getpid())"
        descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        expect(descriptor >= 0 && shm_unlink(name) == 0, "no memory file")
    }

    func hold(_ bytes: [UInt8]) {
        expect(ftruncate(descriptor, bytes.count) == 0, "the memory file cannot be cut")
        expect(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, "the memory file cannot be written")
    }
}

let memoryFile = MemoryFile()
