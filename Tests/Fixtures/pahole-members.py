#!/usr/bin/env python3
"""What pahole says of where members are, to hold our own reader against: pahole-members.py OUT.xz BTF-DIRECTORY STRUCTURE...

BTF-DIRECTORY has whole BTF files by name, as /sys/kernel/btf. Writes lines `FILE STRUCTURE.MEMBER OFFSET SIZE`, in bytes, and of
bit-fields `OFFSET:BIT BITS`, with the offset of the integer that pahole takes them to be in. Only members that a path can reach
without going through a pointer or an array.
"""
import lzma
import os
import re
import subprocess
import sys

END = re.compile(r"(?:(\w+)(?:\[\d*\])*)?;\s*/\*\s*(\d+)(?::\s*(\d+))?\s+(\d+)\s*\*/$")
OPEN = re.compile(r"^(?:struct|union)(?: \w+)? \{(?:\s*/\*.*)?$")
FUNCTION_POINTER = re.compile(r"\(\*+(\w+)(?:\[\d*\])*\)\(.*\);\s*/\*\s*(\d+)\s+(\d+)\s*\*/$")


def members(text):
    """The lines of one structure: each as path, offset, bit, size."""
    levels = []
    for line in text.splitlines():
        line = re.sub(r" __attribute__\(\(\w+(\(\d+\))?\)\)", "", line).strip()
        if OPEN.match(line):
            levels.append([])
            continue
        if line.startswith("}"):
            inner = levels.pop()
            if not levels:
                return inner
            found = END.search(line)
            prefix = found[1] + "." if found and found[1] else ""
            # A named array of structures: its elements are reached by an index.
            if "[" not in line.split(";")[0]:
                levels[-1] += [(prefix + path, *rest) for path, *rest in inner]
            continue
        found = FUNCTION_POINTER.search(line)
        if found and levels:
            if "[" not in line.split("(*")[1].split(")")[0]:
                levels[-1].append((found[1], int(found[2]), None, int(found[3])))
            continue
        bits = re.search(r":(\d+);", line)
        found = END.search(re.sub(r":\d+;", ";", line))
        if found and found[1] and levels:
            bit = int(found[3] or 0) if bits else None
            levels[-1].append((found[1], int(found[2]), bit, int(bits[1] if bits else found[4])))
    return []


def main(target, directory, structures):
    lines = []
    for name in sorted(os.listdir(directory)):
        base = [] if name == "vmlinux" else ["--btf_base", os.path.join(directory, "vmlinux")]
        for structure in structures:
            command = ["pahole", *base, "-F", "btf", "-C", structure, os.path.join(directory, name)]
            text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            for path, offset, bit, size in members(text):
                place = f"{offset}:{bit}" if bit is not None else offset
                lines.append(f"{name} {structure}.{path} {place} {size}\n")
    with open(target, "wb") as file:
        file.write(lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
