#!/usr/bin/env python3
"""Makes small fixtures of kernels' type information: trim-btf.py OUT-DIRECTORY VMLINUX [MODULE...]

VMLINUX and the modules are as packages have them: vmlinuz, MODULE.ko, either compressed; or BTF as /sys/kernel/btf has it. Writes
OUT-DIRECTORY/NAME.btf.xz for each that has BTF. Keeps the structures and functions that are named below, what they embed, and
pointers: to structures that are not kept, as pointers to structures that are declared only. So all offsets and sizes are the
kernel's; the numbers of types and names are not.
"""
import bz2
import gzip
import lzma
import os
import re
import struct
import subprocess
import sys
import zlib

STRUCTURES = """
request request_queue gendisk block_device bio bio_vec blk_mq_queue_data blk_mq_hw_ctx list_head kobject
scsi_cmnd scsi_device scsi_target Scsi_Host scsi_pointer
iscsi_task iscsi_conn iscsi_session iscsi_cls_session iscsi_cls_conn iscsi_hdr iscsi_cmd
dm_rq_target_io dm_mpath_io pgpath dm_path dm_dev priority_group multipath path_selector mapped_device dm_target
""".split()

FUNCTIONS = """
dm_mq_queue_rq multipath_clone_and_map blk_rq_prep_clone blk_insert_cloned_request blk_mq_start_request blk_mq_end_request
blk_update_request scsi_queue_rq iscsi_queuecommand iscsi_tcp_task_xmit iscsi_itt_to_ctask iscsi_complete_task
__iscsi_complete_pdu scsi_done scsi_mq_done scsi_complete scsi_softirq_done end_clone_request multipath_end_io
dm_softirq_done fail_path reinstate_path dm_path_uevent dm_requeue_original_request bio_endio
""".split()

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF = range(1, 9)
FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(12, 20)
TRAILER = {INT: 4, ARRAY: 12, VAR: 4, DECL_TAG: 4}
EACH = {STRUCT: 12, UNION: 12, ENUM: 8, FUNC_PROTO: 8, DATASEC: 12, ENUM64: 12}
MODIFIERS = {TYPEDEF, 9, 10, 11, TYPE_TAG}
# Kinds whose third word is a type.
REFERRING = MODIFIERS | {PTR, FUNC, FUNC_PROTO, VAR, DECL_TAG}


def decompressed(data):
    """The contents of a compressed file, or of the compressed kernel in a boot image."""
    unpackers = [
        (b"\x1f\x8b\x08", lambda d: zlib.decompressobj(31).decompress(d)),
        (b"\xfd7zXZ\0", lambda d: lzma.LZMADecompressor().decompress(d)),
        (b"BZh", lambda d: bz2.BZ2Decompressor().decompress(d)),
        (b"\x28\xb5\x2f\xfd", lambda d: subprocess.run(
            ["zstd", "-dcq"], input=d, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout),
    ]
    for magic, unpack in unpackers:
        for found in re.finditer(re.escape(magic), data):
            try:
                out = unpack(data[found.start():])
            except Exception:
                continue
            if out.startswith(b"\x7fELF"):
                return out
    sys.exit("neither BTF nor an ELF file, compressed or not")


def btf_of(path):
    with open(path, "rb") as file:
        data = file.read()
    if data.startswith(b"\x9f\xeb"):
        return data
    if not data.startswith(b"\x7fELF"):
        data = decompressed(data)
    table, = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    sections = [struct.unpack_from("<IIQQQQ", data, table + size * i) for i in range(count)]
    for name, _, _, _, offset, length in sections:
        at = sections[names][4] + name
        if data[at:data.index(0, at)] == b".BTF":
            return data[offset:offset + length]
    return None


class Type:
    def __init__(self, name, info, third, rest):
        self.name, self.info, self.third, self.rest = name, info, third, rest
        self.kind = info >> 24 & 31

    def references(self):
        """Where in [third] + rest types stand."""
        if self.kind in REFERRING:
            yield 0
        if self.kind == ARRAY:
            yield from (1, 2)
        if self.kind in (STRUCT, UNION):
            yield from range(2, len(self.rest) + 1, 3)
        if self.kind == FUNC_PROTO:
            yield from range(2, len(self.rest) + 1, 2)

    def names(self):
        """Where in [third] + rest names stand."""
        if self.kind in EACH and self.kind != DATASEC:
            yield from range(1, len(self.rest) + 1, EACH[self.kind] // 4)


class BTF:
    def __init__(self, data, base=None):
        magic, version, _, header, types, type_size, strings, string_size = struct.unpack_from("<HBBIIIII", data)
        assert magic == 0xEB9F and version == 1, "no BTF"
        self.base = base
        self.first = base.end if base else 1
        self.string_start = base.string_end if base else 0
        self.string_end = self.string_start + string_size
        self.strings = data[header + strings:header + strings + string_size]
        self.types = []
        at, end = header + types, header + types + type_size
        while at < end:
            name, info, third = struct.unpack_from("<III", data, at)
            kind, count = info >> 24 & 31, info & 0xFFFF
            assert 1 <= kind <= 19, f"kind {kind}"
            words = (TRAILER.get(kind, 0) + EACH.get(kind, 0) * count) // 4
            rest = list(struct.unpack_from(f"<{words}I", data, at + 12))
            self.types.append(Type(name, info, third, rest))
            at += 12 + 4 * words
        self.end = self.first + len(self.types)

    def __getitem__(self, number):
        return self.base[number] if number < self.first else self.types[number - self.first]

    def string(self, offset):
        if offset < self.string_start:
            return self.base.string(offset)
        offset -= self.string_start
        return self.strings[offset:self.strings.index(0, offset)]


class Trimmed:
    """What is kept of a BTF, with new numbers. Types of the base that it needs are kept there."""

    def __init__(self, btf, base):
        self.btf, self.base = btf, base
        self.types, self.index, self.declared = [], {}, {}

    def keep_named(self):
        for number in range(self.btf.first, self.btf.end):
            type = self.btf[number]
            name = self.btf.string(type.name).decode()
            if type.kind == STRUCT and name in STRUCTURES or type.kind == FUNC and name in FUNCTIONS:
                self.keep(number)

    def keep(self, number):
        """Keeps a type and what it needs; returns in which file it stands, and where there. None is void."""
        if not number:
            return None
        if number < self.btf.first:
            return self.base.keep(number)
        if number not in self.index:
            type = self.btf[number]
            self.index[number] = len(self.types)
            kept = [type, {}]
            self.types.append(kept)
            words = [type.third] + type.rest
            for at in type.references():
                kept[1][at] = self.pointed(words[at]) if type.kind == PTR else self.keep(words[at])
        return self, self.index[number]

    def pointed(self, number):
        """What a pointer points to: a structure that is not to be kept is declared only, a function's type is left out."""
        type = self.btf[number] if number else None
        while type and type.kind in MODIFIERS:
            type = self.btf[type.third] if type.third else None
        if type and type.kind == FUNC_PROTO:
            return None
        name = self.btf.string(type.name) if type else b""
        if type and type.kind in (STRUCT, UNION) and name.decode() not in STRUCTURES:
            return self, ("declared", self.declared.setdefault((name, type.kind == UNION), len(self.declared)))
        return self.keep(number)

    def lay_out(self):
        """Gives all types and names their numbers, and makes the bytes."""
        self.first = self.base.end if self.base else 1
        self.end = self.first + len(self.types) + len(self.declared)
        self.string_start = self.base.string_start + len(self.base.strings) if self.base else 0
        self.strings, self.offsets = bytearray(b"" if self.base else b"\0"), {}
        out = b"".join(self.record(type, references) for type, references in self.types)
        for name, is_union in self.declared:
            out += struct.pack("<III", self.name(name), FWD << 24 | is_union << 31, 0)
        header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(out), len(out), len(self.strings))
        return header + out + bytes(self.strings)

    def record(self, type, references):
        words = [type.third] + type.rest
        for at, kept in references.items():
            words[at] = kept[0].number(kept[1]) if kept else 0
        for at in type.names():
            words[at] = self.name(self.btf.string(words[at]))
        return struct.pack(f"<II{len(words)}I", self.name(self.btf.string(type.name)), type.info, *words)

    def number(self, index):
        return self.first + (len(self.types) + index[1] if isinstance(index, tuple) else index)

    def name(self, text):
        if not text:
            return 0
        if self.base and text in self.base.offsets:
            return self.base.offsets[text]
        if text not in self.offsets:
            self.offsets[text] = self.string_start + len(self.strings)
            self.strings += text + b"\0"
        return self.offsets[text]


def main(target, paths):
    os.makedirs(target, exist_ok=True)
    files = {}
    base = None
    for path in paths:
        name = re.sub(r"^vmlinuz.*", "vmlinux", os.path.basename(path).split(".")[0].replace("-", "_"))
        data = btf_of(path)
        if data is None:
            print(f"{name}: no BTF", file=sys.stderr)
            continue
        files[name] = Trimmed(BTF(data, base.btf if base else None), base)
        base = base or files[name]
    for trimmed in files.values():
        trimmed.keep_named()
    for name, trimmed in files.items():
        image = trimmed.lay_out()
        with open(os.path.join(target, f"{name}.btf.xz"), "wb") as file:
            file.write(lzma.compress(image, preset=9 | lzma.PRESET_EXTREME))
        print(f"{name}: {len(trimmed.types)} of {len(trimmed.btf.types)} types, {len(image)} bytes", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
