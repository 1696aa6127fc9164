#!/usr/bin/env python3
"""Makes a small fixture of a trace.dat (version 6): trim.py IN.dat TEXT OUT.dat

Keeps the pages and the function_graph formats as they are. Leaves out the formats of other events, the printk formats, and
all symbols but those of the functions that TEXT (the same buffer as text) names, each with the symbol behind it, so that
looking up an address by range gives what it gave before.
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
    for index, line in enumerate(lines):
        if line.split()[2] in names:
            keep |= {index, index + 1}
    return b"".join(line + b"\n" for index, line in enumerate(lines) if index in keep)


def main(source, text, target):
    read = Reader(open(source, "rb").read())
    names = set(re.findall(rb"([^\s|(]+)(?: \[\w+\])?\(\)", open(text, "rb").read()))
    out = [read.take(10), read.string(), read.take(2)]
    page_size = read.take(4)
    out.append(page_size)
    for _ in range(2):
        out += [read.string(), sized(8, read.sized(8))]
    formats = [read.sized(8) for _ in range(read.integer(4))]
    formats = [f for f in formats if f.startswith(b"name: funcgraph_")]
    out.append(struct.pack("<I", len(formats)))
    out += [sized(8, f) for f in formats]
    for _ in range(read.integer(4)):
        read.string()
        for _ in range(read.integer(4)):
            read.sized(8)
    out.append(struct.pack("<I", 0))
    out.append(sized(4, needed_symbols(read.sized(4), names)))
    read.sized(4)
    out += [sized(4, b""), sized(8, read.sized(8))]
    cpus = read.integer(4)
    out.append(struct.pack("<I", cpus))
    out.append(read.take(10))
    clock_follows = False
    while True:
        option = read.take(2)
        out.append(option)
        if option == b"\0\0":
            break
        content = read.sized(4)
        clock_follows |= option == b"\x04\0" and not content
        out.append(sized(4, content))
    out.append(read.take(10))
    places = [(read.integer(8), read.integer(8)) for _ in range(cpus)]
    clock = sized(8, read.sized(8)) if clock_follows else b""
    page = int.from_bytes(page_size, "little")
    head = b"".join(out)
    offset = -(-(len(head) + 16 * cpus + len(clock)) // page) * page
    pages = [read.data[start : start + size] for start, size in places]
    for data in pages:
        head += struct.pack("<QQ", offset, len(data))
        offset += len(data)
    head += clock
    head += bytes(-len(head) % page)
    open(target, "wb").write(head + b"".join(pages))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
