"""Writes vectors/chunk/*.json: columns, the bytes of core, and what a reader made from the layout alone finds in them.

    python tests/make/chunk.py

The bytes come from core (`cargo run --example answers`). They are kept only if the reader in this file, which
shares no code with core, finds the same readings in them, and sums of its own what core says that it knows.
"""

import fractions
import json
import pathlib
import random
import struct
import subprocess

ROOT = pathlib.Path(__file__).parents[1]
LAYOUT = "layout in core/src/chunk/mod.rs, read by tests/make/chunk.py"
KINDS = {0: "bit", 1: "u", 2: "i", 3: "f32", 4: "f64", 5: "bcd", 6: "ipv4", 7: "mac", 8: "str", 9: "str2", 10: "str2-le"}


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class In:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert self.at + count <= len(self.data), "cut"
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self):
        return self.take(1)[0]

    def number(self):
        number, shift = 0, 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def signed(self):
        number = self.number()
        return number >> 1 ^ -(number & 1)


def block(source, count, expected):
    first, width = source.byte(), source.byte()
    manner, patches = first & 3, first >> 2
    if patches:
        source.number()
    base = (source.signed() + expected) % 2**64
    least = source.signed() if manner == 2 else 0
    size = count if manner == 0 else count - 1
    packed = int.from_bytes(source.take((size * width + 7) // 8), "little")
    residuals = [packed >> index * width & (1 << width) - 1 for index in range(size)]
    for _ in range(patches):
        index = source.byte()
        residuals[index] |= source.number() << width
    if manner == 0:
        return base, [(base + each) % 2**64 for each in residuals]
    numbers = [base]
    for each in residuals:
        step = each + least if manner == 2 else each >> 1 ^ -(each & 1)
        numbers.append((numbers[-1] + step) % 2**64)
    return base, numbers


def raw_of(kind, bits, key):
    if kind == "i":
        return (key ^ 1 << 63) % 2**bits
    if kind in ("f32", "f64"):
        bits = int(kind[1:])
        return key ^ 1 << bits - 1 if key >> bits - 1 else key ^ (1 << bits) - 1
    return int(str(key), 16) if kind == "bcd" else key


def read(data):
    """Header and columns of a chunk, by the documented layout."""
    magic, version, group, first, last, revision, first_column, columns, rows, directory, body, body_crc, crc = (
        struct.unpack("<3sBQqqIHBHIIII", data[:53])
    )
    assert (magic, version) == (b"PBC", 1)
    assert crc32c(data[:49] + data[53 : 53 + directory]) == crc
    head, body = In(data[53 : 53 + directory]), In(data[53 + directory : 53 + directory + body])
    assert crc32c(body.data) == body_crc
    hold = head.number() - 1
    times_in, times = In(head.take(head.number())), []
    for start in range(0, rows, 64):
        expected = (last - first) * start // max(rows - 1, 1)
        times += [first + after for after in block(times_in, min(64, rows - start), expected)[1]]
    found, shared = [], None
    for _ in range(columns):
        byte = head.byte()
        kind = KINDS[byte & 15]
        bits = head.byte() if kind in ("u", "i", "bcd") else None
        width = head.byte() if byte & 0x40 else None
        decimal = lambda: (head.signed(), head.signed())
        multiplier = decimal() if byte & 0x10 else (1, 0)
        shift = decimal() if byte & 0x20 else (0, 0)
        flags = head.byte()
        code = head.byte() if flags & 3 == 3 else None
        area = In(body.take(head.number()))
        key = None
        if flags & 8:
            key = head.signed() % 2**64 ^ 1 << 63 if kind == "i" else head.number()
            if not kind.startswith("str") and kind not in ("ipv4", "mac"):
                head.take(head.number())
        if flags & 3 == 1:
            shared = [None] * rows
            bitmap = int.from_bytes(area.take((rows + 7) // 8), "little")
            failed = [row for row in range(rows) if bitmap >> row & 1]
            codes = [area.byte()] * len(failed) if area.byte() else area.take(len(failed))
            for row, each in zip(failed, codes):
                shared[row] = each
        errors = {0: [None] * rows, 1: shared, 2: shared, 3: [code] * rows}[flags & 3]
        texts = []
        if flags & 8 and kind.startswith("str"):
            while count := area.number():
                texts.append(list(struct.unpack(f">{count - 1}H", area.take(2 * count - 2))))
        keys = [key] * rows
        if flags & 8 and not flags & 4:
            keys, base = [], key
            for start in range(0, rows, 64):
                base, numbers = block(area, min(64, rows - start), base)
                keys += numbers
        assert area.at == len(area.data)
        cells = []
        for error, key in zip(errors, keys):
            cells.append({"error": error} if error is not None else texts[key] if texts else raw_of(kind, bits, key))
        number = lambda pair: fractions.Fraction(pair[0]) * fractions.Fraction(10) ** pair[1]
        found.append((f"{kind}{bits or ''}", number(multiplier), number(shift), width, cells))
    assert body.at == len(body.data) and head.at == len(head.data)
    return (group, revision, hold if hold >= 0 else None, first_column), times, found


def number_of(kind, raw):
    """As sums take it; None of what is no number."""
    if kind in ("f32", "f64"):
        number = struct.unpack("<f" if kind == "f32" else "<d", raw.to_bytes(int(kind[1:]) // 8, "little"))[0]
        return fractions.Fraction(number) if number - number == 0 else None
    if kind.startswith("bcd"):
        return int(f"{raw:x}")
    bits = 1 if kind == "bit" else int(kind[1:])
    number = raw - 2**bits if kind[0] == "i" and raw >> bits - 1 else raw
    return number if number < 2**63 else None


def known(kind, cells, times, hold, width):
    """What can be known of a column, from its definition (AGGREGATION.md 4.2, 4.7)."""
    if kind.startswith("str") or kind in ("ipv4", "mac"):
        return None
    is_float = kind in ("f32", "f64")
    rows = [(at, None if isinstance(cell, dict) else number_of(kind, cell)) for at, cell in zip(times, cells)]
    good = [(at, value) for at, value in rows if value is not None]
    total = integral = cover = counted = 0
    tally = dict(resets=0, rollovers=0, glitches=0, gaps=0)
    for (at, value), (until, _) in zip(rows, rows[1:]):
        if value is not None:
            span = until - at if hold is None else min(until - at, hold)
            integral, cover = integral + value * span, cover + span
    base, before = None, None
    for at, value in good:
        total += value
        if base is not None:
            tally["gaps"] += hold is not None and at - before > hold
            over = None if width is None or is_float else 2**width
            # A fraction's tenth is that of binary64.
            lowest = fractions.Fraction(0.9 * float(base)) if is_float else fractions.Fraction(9 * base, 10)
            if value >= base:
                counted, base = counted + value - base, value
            elif over and base * 10 > over * 9 and base < over and 0 <= value * 10 < over:
                tally["rollovers"] += 1
                counted, base = counted + value + over - base, value
            elif value >= lowest:
                tally["glitches"] += 1
            else:
                tally["resets"] += 1
                counted, base = counted + max(value, 0), value
        else:
            base = value
        before = at
    tell = (lambda number: float(number)) if is_float else str
    pair = lambda reading: [reading[0], float(reading[1]) if is_float else reading[1]]
    ends = lambda best: pair(best(good, key=lambda reading: reading[1])) if good else None
    return {
        "count": len(good), "errors": len(rows) - len(good), "sum": tell(total), "integral": tell(integral),
        "cover_ms": cover, "min": ends(min), "max": ends(max), "first": pair(good[0]) if good else None,
        "last": pair(good[-1]) if good else None, "counted": tell(counted), **tally,
        "base": None if base is None else float(base) if is_float else base,
    }


def f32(number):
    return struct.unpack("<I", struct.pack("<f", number))[0]


def f64(number):
    return struct.unpack("<Q", struct.pack("<d", number))[0]


def columns():
    """Names, and calls of `encode_chunk`."""
    rng = random.Random(20261125)
    grid = lambda rows, period=1000, start=1795000000000: [start + period * row for row in range(rows)]
    error = lambda code: {"error": code}
    one = lambda kind, cells, times=None, **more: {
        "group": 7, "times": times or grid(len(cells)),
        **{key: more.pop(key) for key in ("hold_ms", "revision", "first_column") if key in more},
        "columns": [{"kind": kind, **more, "cells": cells}],
    }
    walk = lambda rows, start, step: [start := max(0, start + rng.randint(-step, step)) for _ in range(rows)]
    yield "one-reading", one("u16", [2301])
    yield "one-error", one("u16", [error(1)])
    yield "all-failed-alike", one("u16", [error(2)] * 70)
    yield "all-failed-in-two-ways", one("u16", [error(1), error(2), error(1)])
    yield "all-alike", one("u16", [500] * 130)
    yield "all-alike-but-failed-ones", one("u16", [500, error(1), 500, error(3), 500])
    yield "a-block-exactly", one("u16", walk(64, 2300, 4), multiplier="0.1")
    yield "a-block-and-one", one("u16", walk(65, 2300, 4), multiplier="0.1")
    yield "two-hundred-fifty-six", one("u16", walk(256, 2300, 9), multiplier="0.1", hold_ms=60000)
    yield "temperature-below-zero", one("i16", [each % 65536 for each in walk(90, 60, 5)][:45] + [65535, 65530, 65500, 0, 1], multiplier="0.1", shift="-40")
    counter = [1234567]
    while len(counter) < 200:
        counter.append(counter[-1] + rng.randint(1, 3))
    yield "energy-counter", one("u32", counter, multiplier="0.01", width_bits=32)
    yield "counter-reset-rollover-glitch", one("u16", [65000, 65500, 3, 900, 890, 905, 10, 12], width_bits=16, hold_ms=60000)
    yield "a-counter-s-first-readings-are-glitches-of-nothing", one("u16", [error(1), 100, 95, 93, 200], width_bits=16)
    yield "coil", one("bit", [0] * 30 + [1] * 50 + [0] * 20)
    yield "three-bits-of-a-register", one("u3", [0, 7, 5, 2, 2, 2, 1])
    yield "frequency", one("u16", [5000 + rng.randint(-3, 3) for _ in range(128)], multiplier="0.01")
    yield "current-i32", one("i32", [(rng.randint(-900, 900) + 200) % 2**32 for _ in range(100)], multiplier="0.001")
    yield "random-bits", one("u16", [rng.randrange(65536) for _ in range(80)])
    yield "power-f32", one("f32", [f32(4000 + 50 * rng.random()) for _ in range(100)], hold_ms=60000)
    yield "f32-tenths-do-not-round", one("f32", [f32(0.1)] * 9 + [f32(0.2)])
    yield "f32-special", one("f32", [f32(1.5), 0x7FC00000, 0x7F800000, 0xFF800000, 0x80000000, 0, 1, f32(-2.5)])
    yield "f64-special", one("f64", [0x7FF8000000000001, f64(-0.0), f64(0.0), 2**52, 0x7FF0000000000000, f64(1e300), f64(-1e300), 1])
    yield "f64-measured", one("f64", [f64(230 + rng.random()) for _ in range(40)])
    yield "u64-extremes", one("u64", [0, str(2**64 - 1), str(2**63), str(2**63 - 1), 1])
    yield "u64-beyond-sums-first", one("u64", [str(2**64 - 1), 5, 6])
    yield "i64-extremes", one("i64", [str(2**63), str(2**63 - 1), 0, str(2**64 - 1), str(2**63)])
    yield "i48", one("i48", [str(2**48 - 1), 0, 1, str(2**47)])
    yield "bcd16", one("bcd16", [0x1234, 0x1235, 0x9999, 0])
    yield "bcd32", one("bcd32", [0x12345678, 0x12345680, 0x12345682])
    yield "addresses", {"group": 9, "times": grid(3), "columns": [
        {"kind": "ipv4", "cells": [0xC0A80001, 0xC0A80001, 0x0A000001]}, {"kind": "mac", "cells": [0xD880394E8DE9] * 3}]}
    yield "texts", one("str2", [[0x4F4B, 0], [0x4F4B, 0], [0xC5BB, 0x6C65], [], [0x4F4B, 0], error(1)])
    yield "one-text-all-along", one("str", [[65, 66]] * 70)
    yield "text-packings", {"group": 9, "times": grid(2), "columns": [
        {"kind": "str2-le", "cells": [[0x4B4F], [0x4B4F]]}, {"kind": "str2", "cells": [error(9), [0x4F4B]]}]}
    failed = [error(1) if row in (3, 4, 70) else None for row in range(90)]
    mixed = lambda cells: [each or cell for each, cell in zip(failed, cells)]
    yield "a-cycle-that-failed-for-all", {"group": 11, "hold_ms": 5000, "times": grid(90), "columns": [
        {"kind": "u16", "cells": mixed(walk(90, 10, 2))}, {"kind": "u16", "cells": mixed(walk(90, 900, 30))},
        {"kind": "u16", "cells": walk(90, 5, 1)}, {"kind": "bit", "cells": mixed([1] * 90)}]}
    yield "errors-of-many-codes", one("u16", [error(0x82) if row % 7 == 0 else error(255) if row % 11 == 0 else row for row in range(80)])
    jittered = [at + rng.randint(0, 4) for at in grid(200)]
    yield "jittered-instants", one("u16", [5] * 200, times=jittered)
    yield "a-pause", one("u16", [1, 2, 3, 4], times=[1000, 2000, 9000000, 9001000], hold_ms=60000)
    yield "instants-from-end-to-end", one("u16", [1, 2, 3], times=[-(2**63), 0, 2**63 - 1])
    yield "before-1970", one("u16", [1, 2], times=[-86400000, -1])
    yield "header-fields", one("u16", [1, 2], revision=4294967295, first_column=128, hold_ms=0) | {"group": 2**53 - 1}
    yield "long-scale", one("u16", [1, 2], multiplier="-0.000000000000000000000000000000123456", shift="12345678901234567890.5")
    yield "sixty-four-columns", {"group": 3, "times": grid(2), "columns": [{"kind": "u16", "cells": [n, n + 1]} for n in range(64)]}


def ask(calls):
    run = ["cargo", "run", "--quiet", "--locked", "-p", "parabus-tests", "--example", "answers"]
    lines = "\n".join(json.dumps(call) for call in calls)
    answers = subprocess.run(run, input=lines, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return [json.loads(line) for line in answers.splitlines()]


def plain(value):
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def main():
    made = list(columns())
    encoded = ask({"call": "encode_chunk", "args": args} for _, args in made)
    written, known_cases = [], []
    for (name, args), answer in zip(made, encoded):
        data = bytes.fromhex(answer["want"])
        header, times, found = read(data)
        wanted = (args["group"], args.get("revision", 1), args.get("hold_ms"), args.get("first_column", 0))
        assert (header, times) == (wanted, args["times"]), name
        for (kind, multiplier, shift, width, cells), column in zip(found, args["columns"], strict=True):
            scale = (fractions.Fraction(column.get("multiplier", 1)), fractions.Fraction(column.get("shift", 0)))
            assert (kind, multiplier, shift, width) == (column["kind"], *scale, column.get("width_bits")), name
            assert cells == [plain(cell) for cell in column["cells"]], name
        written.append({"name": name, "source": LAYOUT, "call": "encode_chunk", "args": args, "want": answer["want"]})
        want = [known(kind, cells, times, header[2], width) for kind, _, _, width, cells in found]
        big = lambda value: (
            str(value) if isinstance(value, int) and abs(value) >= 2**53
            else [big(each) for each in value] if isinstance(value, list)
            else {key: big(each) for key, each in value.items()} if isinstance(value, dict)
            else value
        )
        known_cases.append({"name": name, "source": "definitions of AGGREGATION.md 4.2 and 4.7, summed by tests/make/chunk.py",
                            "call": "summarize_chunk", "args": {"data": answer["want"]}, "want": big(want)})
    by_name = {case["name"]: case for case in written}
    windows = []
    spans = [("u16", "two-hundred-fifty-six", 1795000060000, 1795000066000), ("block-edge", "two-hundred-fifty-six", 1795000063000, 1795000064000),
             ("whole", "a-cycle-that-failed-for-all", None, None), ("over-errors", "a-cycle-that-failed-for-all", 1795000003500, 1795000006000),
             ("texts", "texts", 1795000002000, 1795000005000), ("before", "coil", 0, 1000), ("behind", "coil", 1795000100000, None),
             ("reversed", "coil", 1795000020000, 1795000010000), ("whole", "jittered-instants", None, None)]
    for name, of, from_ms, till_ms in spans:
        case = by_name[of]
        inside = [row for row, at in enumerate(case["args"]["times"]) if (from_ms is None or at >= from_ms) and (till_ms is None or at <= till_ms)]
        args = {"data": case["want"]} | {key: value for key, value in (("from_ms", from_ms), ("till_ms", till_ms)) if value is not None}
        header = case["args"]
        windows.append({"name": f"{of}-{name}", "source": LAYOUT, "call": "decode_chunk", "args": args, "want": {
            "group": header["group"], "revision": header.get("revision", 1), "hold_ms": header.get("hold_ms"),
            "first_column": header.get("first_column", 0), "first_ms": header["times"][0], "last_ms": header["times"][-1],
            "rows": len(header["times"]), "times": [header["times"][row] for row in inside],
            "columns": [{"kind": column["kind"], "multiplier": column.get("multiplier", "1"), "shift": column.get("shift", "0"),
                         "width_bits": column.get("width_bits"), "cells": [column["cells"][row] for row in inside]}
                        for column in header["columns"]]}})
    refused = []
    whole = bytes.fromhex(by_name["counter-reset-rollover-glitch"]["want"])
    directory = struct.unpack("<I", whole[37:41])[0]
    changed = lambda at, value: whole[:at] + bytes([value]) + whole[at + 1 :]
    sealed = lambda data: data[:49] + struct.pack("<I", crc32c(data[:49] + data[53 : 53 + directory])) + data[53:]
    damaged = [("empty", b"", "chunk-format", 0), ("other-bytes", b"not a chunk" * 9, "chunk-format", 0),
               ("a-later-version", changed(3, 2), "chunk-version", None),
               ("cut-in-the-head", whole[:40], "chunk-format", 37), ("cut-in-the-directory", whole[: 53 + directory - 1], "chunk-format", 53),
               ("cut-in-the-body", whole[:-1], "chunk-format", 53 + directory),
               ("group-changed", changed(4, 8), "chunk-checksum", 0), ("directory-changed", changed(60, whole[60] ^ 1), "chunk-checksum", 0),
               ("body-changed", changed(len(whole) - 1, whole[-1] ^ 1), "chunk-checksum", 53 + directory),
               ("no-columns", sealed(changed(34, 0)), "chunk-shape", None), ("no-rows", sealed(changed(35, 0)), "chunk-shape", None)]
    for name, data, kind, offset in damaged:
        refused.append({"name": name, "source": LAYOUT, "call": "decode_chunk", "args": {"data": data.hex()},
                        "error": {"kind": kind} | ({} if offset is None else {"offset": offset})})
    base = {"group": 1, "times": [1, 2], "columns": [{"kind": "u16", "cells": [1, 2]}]}
    column = lambda kind, cells: {"columns": [{"kind": kind, "cells": cells}]}
    for name, change, kind, offset in [
        ("instants-alike", {"times": [2, 2]}, "reading-order", 1), ("instants-in-disorder", {"times": [2, 1]}, "reading-order", 1),
        ("nothing-to-write", {"times": []}, "chunk-shape", None), ("no-column", {"columns": []}, "chunk-shape", None),
        ("too-many-columns", {"columns": base["columns"] * 65}, "chunk-shape", None),
        ("bits-beyond-the-kind", column("u16", [1, 65536]), "value-range", 1), ("no-decimal-digits", column("bcd16", [0xA, 1]), "value-range", 0),
        ("a-text-among-numbers", column("u16", [1, [2]]), "value-range", 1), ("a-number-among-texts", column("str", [[2], 1]), "value-range", 1),
        ("too-small-a-buffer", {"room": 60}, "buffer-too-small", None)]:
        error = {"kind": kind} | ({} if offset is None else {"offset": offset})
        refused.append({"name": name, "source": "core/src/chunk/write.rs", "call": "encode_chunk", "args": base | change, "error": error})
    files = {
        "encode": ("Columns to the exact bytes of a chunk.", written), "known": ("What is known of columns without unpacking them.", known_cases),
        "window": ("Chunks to the cells of a window.", windows), "refused": ("Damaged chunks, and readings that make none.", refused)}
    for file, (about, cases) in files.items():
        for case, answer in zip(cases, ask({"call": case["call"], "args": case["args"]} for case in cases), strict=True):
            want = {key: case[key] for key in ("want", "error") if key in case}
            if answer != want:
                print(f"{file}: {case['name']}\n  wanted {json.dumps(want)}\n  core   {json.dumps(answer)}")
        folder = ROOT / "vectors" / "chunk"
        folder.mkdir(exist_ok=True)
        lines = ",\n".join("    " + json.dumps(case) for case in cases)
        (folder / f"{file}.json").write_text(f'{{ "about": {json.dumps(about)},\n  "cases": [\n{lines} ] }}\n')
        print(f"{file}: {len(cases)}")


if __name__ == "__main__":
    main()
