#!/usr/bin/env python3
"""Makes a small fixture of a trace.dat (version 6, uncompressed): trim.py IN.dat TEXT OUT.dat

Keeps the pages as they are, and of the formats those of function_graph and of the events that TEXT names (the same buffer as
text, or trace-cmd's report of it). Leaves out the formats of other events, the printk formats, and all symbols but those of
the functions that TEXT names, each with the symbol behind it, so that looking up an address by range gives what it gave
before.
"""
import re
import struct
import sys


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        return self.data[self.at - count : self.at]

    def integer(self, size):
        return int.from_bytes(self.take(size), "little")

    def sized(self, size):
        return self.take(self.integer(size))

    def string(self):
        end = self.data.index(0, self.at)
        return self.take(end + 1 - self.at)


def sized(size, data):
    return len(data).to_bytes(size, "little") + data


def needed_symbols(kallsyms, names):
    lines = [line for line in kallsyms.split(b"\n") if len(line.split()) >= 3]
    lines = sorted((l for l in lines if l.split()[1] in b"tTwW"), key=lambda l: int(l.split()[0], 16))
    keep = set()
    addresses = {line.split()[0] for line in lines if line.split()[2] in names}
    for index, line in enumerate(lines):
        # With all other names of its address: readers choose differently.
        if line.split()[0] in addresses:
            keep |= {index, index + 1}
    return b"".join(line + b"\n" for index, line in enumerate(lines) if index in keep)


def is_needed(format, words):
    return format.startswith((b"name: funcgraph_", b"name: fgraph_")) or format.split(maxsplit=2)[1] in words


class Pages:
    """The pages of one buffer, in the order of the CPUs."""

    def __init__(self, read, cpus, clock_follows):
        self.head = read.take(10)
        places = [(read.integer(8), read.integer(8)) for _ in range(cpus)]
        self.clock = sized(8, read.sized(8)) if clock_follows else b""
        self.pages = [read.data[start : start + size] for start, size in places]

    def __len__(self):
        return len(self.head) + 16 * len(self.pages) + len(self.clock)

    def table(self, offset):
        table = self.head
        for data in self.pages:
            table += struct.pack("<QQ", offset, len(data))
            offset += len(data)
        return table + self.clock, offset


def main(source, text, target):
    read = Reader(open(source, "rb").read())
    text = open(text, "rb").read()
    functions = set(re.findall(rb"([^\s|(]+)(?: \[\w+\])?\(", text))
    functions |= set(re.findall(rb"(?:=> |<-|} /\* )([\w.]+)", text))
    words = set(re.findall(rb"(\w+): ", text)) | ({b"kernel_stack"} if b"<stack trace>" in text else set())

    out = [read.take(10), read.string(), read.take(2)]
    page_size = read.take(4)
    out.append(page_size)
    for _ in range(2):
        out += [read.string(), sized(8, read.sized(8))]
    formats = [read.sized(8) for _ in range(read.integer(4))]
    formats = [f for f in formats if is_needed(f, words)]
    out.append(struct.pack("<I", len(formats)))
    out += [sized(8, f) for f in formats]
    systems = []
    for _ in range(read.integer(4)):
        name = read.string()
        formats = [read.sized(8) for _ in range(read.integer(4))]
        formats = [f for f in formats if is_needed(f, words)]
        if formats:
            systems.append(name + struct.pack("<I", len(formats)) + b"".join(sized(8, f) for f in formats))
    out.append(struct.pack("<I", len(systems)))
    out += systems
    out.append(sized(4, needed_symbols(read.sized(4), functions)))
    read.sized(4)
    out += [sized(4, b""), sized(8, read.sized(8))]
    cpus = read.integer(4)
    out.append(struct.pack("<I", cpus))
    out.append(read.take(10))

    clock_follows = False
    instances = []  # where in `out` an instance's option has its place, and its pages
    while True:
        option = read.take(2)
        out.append(option)
        if option == b"\0\0":
            break
        content = read.sized(4)
        clock_follows |= option == b"\x04\0" and not content
        out.append(sized(4, content))
        if option == b"\x03\0":
            instances.append((len(out) - 1, content))
    buffers = [Pages(read, cpus, clock_follows)]
    for _, content in instances:
        read.at = int.from_bytes(content[:8], "little")
        buffers.append(Pages(read, cpus, clock_follows))

    # Where each buffer's table comes to lie, then where its pages do.
    page = int.from_bytes(page_size, "little")
    at = sum(map(len, out))
    for (index, content), previous in zip(instances, buffers):
        at += len(previous)
        out[index] = sized(4, struct.pack("<Q", at) + content[8:])
    offset = at = -(-(at + len(buffers[-1])) // page) * page
    for buffer in buffers:
        table, offset = buffer.table(offset)
        out.append(table)
    head = b"".join(out)
    open(target, "wb").write(head + bytes(at - len(head)) + b"".join(b"".join(b.pages) for b in buffers))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
