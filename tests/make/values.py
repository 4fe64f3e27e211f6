"""Writes vectors of values whose answers other programs gave: pymodbus, NumPy, and Python's own modules.

Run by `.venv/bin/python tests/make/values.py`; the same seed gives the same files. Nothing here asks Parabus.
"""

import ipaddress
import json
import pathlib
import platform
import random
import struct
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np
import pymodbus
from pymodbus.client.mixin import ModbusClientMixin as Peer

FOLDER = pathlib.Path(__file__).parents[1] / "vectors" / "value"
PYTHON = f"Python {platform.python_version()}"
PYMODBUS = f"pymodbus {pymodbus.__version__}"
TYPES = Peer.DATATYPE
EXACT = Context(prec=500)
rng = random.Random(2026)

PEER_TYPES = {
    "i16": TYPES.INT16, "u16": TYPES.UINT16, "i32": TYPES.INT32, "u32": TYPES.UINT32, "i64": TYPES.INT64,
    "u64": TYPES.UINT64, "f32": TYPES.FLOAT32, "f64": TYPES.FLOAT64,
}  # fmt: skip
LIMITS = {f"{sign}{bits}": (0 if sign == "u" else -(2 ** (bits - 1)), 2 ** (bits if sign == "u" else bits - 1) - 1)
          for sign in "ui" for bits in (8, 16, 32, 48, 64)}  # fmt: skip


def plain(number: Decimal) -> str:
    """Without an exponent, and without a sign of zero."""
    text = format(number, "f")
    return text.lstrip("-") if not number else text


def nearest(number: Decimal) -> float:
    """CPython divides integers with one correct rounding."""
    return float(Fraction(number))


def decoded(number: Decimal) -> dict:
    whole = int(number) if number == number.to_integral_value(context=EXACT) and -(2**63) <= number < 2**64 else None
    return {"text": plain(number), "number": nearest(number), "int": str(whole) if whole and abs(whole) >= 2**53 else whole}


def scaled(raw: Decimal, multiplier="1", shift="0") -> Decimal:
    """Multiplier and shift lose trailing zeros, but keep no exponent above 0 (DOMAIN.md A-6)."""
    product = EXACT.multiply(raw, EXACT.normalize(Decimal(multiplier)))
    total = EXACT.add(product, EXACT.normalize(Decimal(shift)))
    return total if total.as_tuple().exponent <= 0 else total.quantize(Decimal(1), context=EXACT)


def shortest(number: float, bits: int) -> Decimal:
    return Decimal(repr(number)) if bits == 64 else Decimal(str(np.float32(number)))


def ordered(data: bytes, order: str) -> list[int]:
    """The bytes of a number, most significant first, as registers of an order (DOMAIN.md A-7)."""
    pairs = [data[at : at + 2] for at in range(0, len(data), 2)]
    pairs = pairs[::-1] if order in ("le", "mle") else pairs
    return [struct.unpack("<H" if order in ("le", "mbe") else ">H", pair)[0] for pair in pairs]


def case(name, source, call, args, want=None, error=None):
    answer = {"want": want} if error is None else {"error": error}
    return {"name": name, "source": source, "call": call, "args": args} | answer


def write(file, about, cases):
    assert len({each["name"] for each in cases}) == len(cases)
    rows = ",\n".join(f"  {json.dumps(each, ensure_ascii=False)}" for each in cases)
    text = f'{{ "about": {json.dumps(about, ensure_ascii=False)}, "cases": [\n{rows}\n] }}\n'
    (FOLDER / file).write_text(text)
    print(f"{file}: {len(cases)}")


def numbers():
    """Every order and width, there and back."""
    cases = []
    for name, peer in PEER_TYPES.items():
        for order, word_order in (("be", "big"), ("mle", "little")):
            count = peer.value[1]
            if name[0] == "f":
                value = struct.unpack(f">{peer.value[0]}", struct.pack(f">{peer.value[0]}", rng.uniform(-1e6, 1e6)))[0]
            else:
                value = rng.randint(*LIMITS[name])
            registers = Peer.convert_to_registers(value, peer, word_order)
            back = Peer.convert_from_registers(registers, peer, word_order)
            number = shortest(back, 16 * count) if name[0] == "f" else Decimal(back)
            data_type, source = f"{name}-{order}", f"{PYMODBUS}, convert_from_registers, word_order {word_order}"
            args = {"registers": registers, "data_type": data_type}
            cases.append(case(f"{data_type}-decoded", source, "decode_value", args, decoded(number)))
            source = source.replace("from", "to")
            args = {"text": plain(number), "data_type": data_type}
            cases.append(case(f"{data_type}-encoded", source, "encode_value", args, registers))
    for sign in "ui":
        for bits in (16, 32, 48, 64):
            for order in ("le", "mbe"):
                data_type, limits = f"{sign}{bits}-{order}", LIMITS[f"{sign}{bits}"]
                value = rng.randint(*limits)
                registers = ordered(value.to_bytes(bits // 8, "big", signed=sign == "i"), order)
                args = {"registers": registers, "data_type": data_type}
                source = f"{PYTHON}, int.to_bytes and struct; order of DOMAIN.md A-7"
                cases.append(case(f"{data_type}-decoded", source, "decode_value", args, decoded(Decimal(value))))
                args = {"text": str(value), "data_type": data_type}
                cases.append(case(f"{data_type}-encoded", source, "encode_value", args, registers))
    write("orders.json", "Numbers in every order, by pymodbus and by Python's struct.", cases)


def exact():
    """No digit is lost: 64-bit integers and floats through multipliers and shifts."""
    cases = []
    scales = [("0.1", "0"), ("0.50", "0.50"), ("0.001", "-273.15"), ("1e-9", "0"), ("1000", "0"), ("-0.25", "1e3"),
              ("3.6", "0.05"), ("0.0254", "0"), ("123456.789", "-0.001"), ("1.00", "0.00")]  # fmt: skip
    source = f"{PYTHON}, decimal with 500 digits; number by fractions"
    for at, (multiplier, shift) in enumerate(scales):
        for name in ("u64", "i64", "i32"):
            value = rng.choice([rng.randint(*LIMITS[name]), LIMITS[name][at % 2]])
            registers = ordered(value.to_bytes(LIMITS[name][1].bit_length() + 7 >> 3, "big", signed=name[0] == "i"), "be")
            number = scaled(Decimal(value), multiplier, shift)
            args = {"registers": registers, "data_type": f"{name}-be", "multiplier": multiplier, "shift": shift}
            cases.append(case(f"{name}-times-{multiplier}-plus-{shift}", source, "decode_value", args, decoded(number)))
            back = {"text": plain(number), **{key: args[key] for key in ("data_type", "multiplier", "shift")}}
            cases.append(case(f"{name}-from-{multiplier}-plus-{shift}", source, "encode_value", back, registers))
    for bits, code, order in ((32, "f", "be"), (64, "d", "be"), (32, "f", "mle"), (64, "d", "le")):
        for multiplier, shift in (("0.1", "0"), ("1000", "0.5"), ("1", "-273.15")):
            data = struct.pack(f">{code}", rng.choice([1, -1]) * rng.uniform(1, 10) * 10 ** rng.randint(-3, 6))
            number = scaled(shortest(struct.unpack(f">{code}", data)[0], bits), multiplier, shift)
            data_type = f"f{bits}-{order}"
            args = {"registers": ordered(data, order), "data_type": data_type, "multiplier": multiplier, "shift": shift}
            about = f"{PYTHON} and NumPy {np.__version__}: shortest digits of repr, then decimal"
            cases.append(case(f"{data_type}-times-{multiplier}-plus-{shift}", about, "decode_value", args, decoded(number)))
    write("exact.json", "Scaled to the last digit: against decimal arithmetic of 500 digits (DOMAIN.md D-15, A-6).", cases)


def types():
    """Parts of registers, BCD, texts and addresses."""
    cases = []
    for bit, bits in ((0, 1), (0, 16), (4, 3), (8, 8), (15, 1), (1, 14), (6, 5)):
        register = rng.getrandbits(16)
        flags = Peer.convert_from_registers([register], TYPES.BITS)
        # Of each register pymodbus has the bits of the high byte behind those of the low one, or before.
        low_first = flags if sum(flag << at for at, flag in enumerate(flags)) == register else flags[8:] + flags[:8]
        assert sum(flag << at for at, flag in enumerate(low_first)) == register
        value = sum(flag << at for at, flag in enumerate(low_first[bit : bit + bits]))
        source = f"{PYMODBUS}, convert_from_registers, BITS"
        for data_type in ("bits", "enum"):
            args = {"registers": [register], "data_type": data_type, "bit": bit, "bits": bits}
            cases.append(case(f"{data_type}-{bit}-{bits}", source, "decode_value", args, decoded(Decimal(value))))
            args = {"text": str(value), "data_type": data_type, "bit": bit, "bits": bits}
            mask = 2**bits - 1 << bit
            cases.append(case(f"{data_type}-{bit}-{bits}-encoded", source, "encode_value", args, [register & mask]))
    for value in (0, 7, 1995, 9999):
        register = int(str(value), 16)
        source = f"{PYTHON}: the digits of the decimal number, read as hexadecimal"
        args = {"registers": [register], "data_type": "bcd16"}
        cases.append(case(f"bcd16-{value}", source, "decode_value", args, decoded(Decimal(value))))
        cases.append(case(f"bcd16-{value}-encoded", source, "encode_value", {"text": str(value), "data_type": "bcd16"}, [register]))
    for order in ("be", "le", "mbe", "mle"):
        value = rng.randrange(10**8)
        registers = ordered(bytes.fromhex(f"{value:08}"), order)
        data_type = "bcd32" if order == "be" else f"bcd32-{order}"
        source = f"{PYTHON}, bytes.fromhex of the digits; order of DOMAIN.md A-7"
        args = {"registers": registers, "data_type": data_type, "multiplier": "0.01"}
        cases.append(case(f"{data_type}-hundredths", source, "decode_value", args, decoded(scaled(Decimal(value), "0.01"))))
        args = {"text": plain(scaled(Decimal(value), "0.01")), "data_type": data_type, "multiplier": "0.01"}
        cases.append(case(f"{data_type}-hundredths-encoded", source, "encode_value", args, registers))
    for register in (0x000A, 0x1F00, 0xFFFF):
        args = {"registers": [register], "data_type": "bcd16"}
        error = {"kind": "bcd-digit", "offset": 0}
        cases.append(case(f"bcd16-{register:04x}", "DOMAIN.md D-14: four bits are a decimal digit", "decode_value", args, error=error))
    for order, offset in (("be", 1), ("mle", 0), ("le", 0), ("mbe", 1)):
        registers = ordered(bytes.fromhex("1234567b"), order)
        args = {"registers": registers, "data_type": f"bcd32-{order}"}
        error = {"kind": "bcd-digit", "offset": offset}
        cases.append(case(f"bcd32-{order}-names-the-register", "DOMAIN.md D-14", "decode_value", args, error=error))

    def text_of(text):
        return {"text": text, "number": None, "int": None}

    for at, text in enumerate(("EM-481", "pump", "Насос 1", "Łódź", "25 °C €", "电表", "a", "", "😀!")):
        registers = Peer.convert_to_registers(text, TYPES.STRING) or [0]
        source = f"{PYMODBUS}, convert_to_registers, STRING, utf-8"
        back = Peer.convert_from_registers(registers, TYPES.STRING)
        cases.append(case(f"str2-{at}", source, "decode_value", {"registers": registers, "data_type": "str2"}, text_of(back)))
        cases.append(case(f"str2-{at}-encoded", source, "encode_value", {"text": text, "data_type": "str2"}, registers))
        padded = registers + [0] * (12 - len(registers))
        cases.append(case(f"str2-{at}-of-12", source, "encode_value", {"text": text, "data_type": "str2", "bits": 12}, padded))
        swapped = [struct.unpack("<H", struct.pack(">H", register))[0] for register in padded]
        args = {"registers": swapped, "data_type": "str2-le", "bits": 12}
        cases.append(case(f"str2-le-{at}", f"{source}; bytes swapped by struct", "decode_value", args, text_of(back)))
        args = {"text": text, "data_type": "str2-le", "bits": 12}
        cases.append(case(f"str2-le-{at}-encoded", f"{source}; bytes swapped by struct", "encode_value", args, swapped))
    for at, text in enumerate(("EM-481", "Überdruck", "±5 µm", "ok")):
        registers = list(text.encode("latin-1"))
        source = f"{PYTHON}, codec latin-1"
        args = {"registers": [*registers, 0x20, 0x20, 0, 0x41], "data_type": "str"}
        cases.append(case(f"str-{at}", source, "decode_value", args, text_of(text)))
        cases.append(case(f"str-{at}-encoded", source, "encode_value", {"text": text, "data_type": "str"}, registers))
    refusals = [
        ("str-two-bytes", "decode_value", {"registers": [0x41, 0x4142], "data_type": "str"}, "register-byte", 1, "DOMAIN.md D-14: one character per register"),
        ("str-of-cyrillic", "encode_value", {"text": "aЖ", "data_type": "str"}, "text-encoding", 1, f"{PYTHON}, codec latin-1 refuses it"),
        ("str-too-long", "encode_value", {"text": "pump", "data_type": "str", "bits": 3}, "value-range", None, "DOMAIN.md A-7: string length in registers"),
        ("str2-too-long", "encode_value", {"text": "pumps", "data_type": "str2", "bits": 2}, "value-range", None, "DOMAIN.md A-7: string length in registers"),
        ("str2-cut-off", "decode_value", {"registers": [0x41E2, 0x8200], "data_type": "str2"}, "text-encoding", 0, f"{PYTHON}, codec utf-8 refuses it"),
        ("str2-not-utf-8", "decode_value", {"registers": [0x4142, 0xC328], "data_type": "str2"}, "text-encoding", 1, f"{PYTHON}, codec utf-8 refuses it"),
        ("str2-surrogate", "decode_value", {"registers": [0xEDA0, 0x8000], "data_type": "str2"}, "text-encoding", 0, f"{PYTHON}, codec utf-8 refuses it"),
        ("bits-without-their-number", "decode_value", {"registers": [1], "data_type": "bits", "bit": 2}, "bit-position", None, "DOMAIN.md D-14"),
        ("bits-beyond-the-register", "decode_value", {"registers": [1], "data_type": "bits", "bit": 10, "bits": 7}, "bit-position", None, "A register has 16 bits"),
        ("bits-too-large", "encode_value", {"text": "8", "data_type": "bits", "bit": 0, "bits": 3}, "value-range", None, "2^3 is 8"),
        ("bcd16-too-large", "encode_value", {"text": "10000", "data_type": "bcd16"}, "value-range", None, "DOMAIN.md D-14: four digits"),
        ("bcd32-negative", "encode_value", {"text": "-1", "data_type": "bcd32"}, "value-range", None, "DOMAIN.md D-14: digits have no sign"),
        ("bits-of-a-number", "decode_value", {"registers": [1], "data_type": "u16-be", "bits": 3}, "bit-position", None, "DOMAIN.md D-14"),
        ("unknown-type", "decode_value", {"registers": [1], "data_type": "bcd8"}, "unknown-data-type", None, "DOMAIN.md D-14"),
        ("ipv4-too-few-parts", "encode_value", {"text": "10.0.1", "data_type": "ipv4"}, "address-syntax", None, f"{PYTHON}, ipaddress refuses it"),
        ("ipv4-leading-zero", "encode_value", {"text": "10.0.0.01", "data_type": "ipv4"}, "address-syntax", None, f"{PYTHON}, ipaddress refuses it"),
        ("ipv4-two-bytes-in-a-register", "decode_value", {"registers": [10, 0, 257, 1], "data_type": "ipv4"}, "register-byte", 2, "DOMAIN.md 2.4: one byte per register"),
        ("mac-too-short", "encode_value", {"text": "d8:80:39:4e:8d", "data_type": "mac"}, "address-syntax", None, "IEEE 802: six bytes"),
        ("mac-of-five-registers", "decode_value", {"registers": [1, 2, 3, 4, 5], "data_type": "mac"}, "register-count", None, "DOMAIN.md 2.4"),
    ]  # fmt: skip
    for name, call, args, kind, offset, source in refusals:
        error = {"kind": kind} | ({} if offset is None else {"offset": offset})
        cases.append(case(name, source, call, args, error=error))
    for _ in range(3):
        address = ipaddress.IPv4Address(rng.getrandbits(32))
        registers = list(address.packed)
        source = f"{PYTHON}, ipaddress"
        cases.append(case(f"ipv4-{address}", source, "decode_value", {"registers": registers, "data_type": "ipv4"}, text_of(str(address))))
        cases.append(case(f"ipv4-{address}-encoded", source, "encode_value", {"text": str(address), "data_type": "ipv4"}, registers))
        mac = rng.randbytes(6)
        source = f"{PYTHON}, bytes.hex"
        cases.append(case(f"mac-{mac.hex()}", source, "decode_value", {"registers": list(mac), "data_type": "mac"}, text_of(mac.hex(":"))))
        args = {"text": mac.hex("-").upper(), "data_type": "mac"}
        cases.append(case(f"mac-{mac.hex()}-encoded", source, "encode_value", args, list(mac)))
    write("types.json", "Parts of registers, BCD, texts, addresses (DOMAIN.md D-14, A-7).", cases)


def arrays():
    """Many values at once, and codes for no value."""

    def float_text(number):
        return number if number - number == 0 else str(number)

    cases = []
    codes = {"u16": (0xFFFF, 0x8000), "i16": (0x8000, 0x7FFF), "u32": (0xFFFFFFFF,), "i64": (2**63,)}
    for name, missing in codes.items():
        bits = int(name[1:])
        for code in missing:
            registers = ordered(code.to_bytes(bits // 8, "big"), "be")
            given = str(code) if code >= 2**53 else code
            args = {"registers": registers, "data_type": f"{name}-be", "multiplier": "0.1", "not_available": [given]}
            source = "Code for no value (SunSpec Information Model Specification, unimplemented values)"
            cases.append(case(f"{name}-{code:x}-is-no-value", source, "decode_value", args, error={"kind": "not-available", "offset": 0}))
            args = {"registers": registers, "data_type": f"{name}-be"}
            value = code - 2**bits if name[0] == "i" and code >= 2 ** (bits - 1) else code
            cases.append(case(f"{name}-{code:x}-without-codes", f"{PYTHON}, two's complement", "decode_value", args, decoded(Decimal(value))))
    integers = f"{PYTHON}, struct"
    floats = f"{PYTHON}, decimal with 500 digits, and fractions for the nearest double"
    for name in LIMITS:
        bits = int(name[1:])
        for order in ("be", "le", "mbe", "mle"):
            if bits == 8:
                values = [rng.randint(*LIMITS[name]) for _ in range(5)]
                # `be` is the low byte, `le` the high one; `mbe` swaps, `mle` has nothing to reverse.
                low = order in ("be", "mle")
                registers = [value % 256 << (0 if low else 8) | (0xA5 << (8 if low else 0)) for value in values]
            else:
                most = min(LIMITS[name][1], 2**63 - 1)
                values = [rng.randint(LIMITS[name][0], most) for _ in range(4)] + [LIMITS[name][0], most]
                registers = [each for value in values for each in ordered(value.to_bytes(bits // 8, "big", signed=name[0] == "i"), order)]
            data_type = f"{name}-{order}"
            source = {"registers": registers} if order in ("be", "mle") else {"data": struct.pack(f">{len(registers)}H", *registers).hex()}
            want = {"int64": [str(value) if abs(value) >= 2**53 else value for value in values]}
            cases.append(case(f"array-of-{data_type}", integers, "decode_array", source | {"data_type": data_type}, want))
            multiplier, shift = rng.choice([("0.1", "0"), ("0.001", "-40"), ("1e-7", "0.5"), ("25", "0"), ("-3.3333", "1e2")])
            want = {"float64": [nearest(scaled(Decimal(value), multiplier, shift)) for value in values]}
            args = source | {"data_type": data_type, "multiplier": multiplier, "shift": shift}
            cases.append(case(f"array-of-{data_type}-scaled", floats, "decode_array", args, want))
    for bits, code in ((32, "f"), (64, "d")):
        for order in ("be", "le", "mbe", "mle"):
            values = [rng.choice([1, -1]) * rng.uniform(1, 10) * 10 ** rng.randint(-9, 9) for _ in range(5)] + [-0.0, float("inf"), float("nan"), 0.1]
            data = [struct.pack(f">{code}", value) for value in values]
            back = [struct.unpack(f">{code}", each)[0] for each in data]
            registers = [each for item in data for each in ordered(item, order)]
            multiplier = "1" if order in ("be", "le") else "0.1"
            want = [nearest(scaled(shortest(value, bits), multiplier)) if value - value == 0 else "nan" for value in back]
            args = {"registers": registers, "data_type": f"f{bits}-{order}", "multiplier": multiplier}
            source = f"{PYTHON} and NumPy {np.__version__}: shortest digits of repr, then decimal and fractions"
            cases.append(case(f"array-of-f{bits}-{order}", source, "decode_array", args, {"float64": want}))
    registers = [1, 0xFFFF, 250, 0x8000]
    want = {"float64": [0.1, "nan", 25.0, "nan"]}
    args = {"registers": registers, "data_type": "u16-be", "multiplier": "0.1", "not_available": [0xFFFF, 0x8000]}
    cases.append(case("array-with-gaps", "DOMAIN.md D-15; a gap is NaN", "decode_array", args, want))
    bcd = {"registers": [0x0950, 0x00A0, 0x9999], "data_type": "bcd16", "multiplier": "0.01"}
    cases.append(case("array-of-bcd16-with-a-gap", "DOMAIN.md D-14", "decode_array", bcd, {"float64": [9.5, "nan", 99.99]}))
    args = {"data": "0950 9999", "data_type": "bcd16"}
    cases.append(case("array-of-bcd16", f"{PYTHON}: digits read as hexadecimal", "decode_array", args, {"int64": [950, 9999]}))
    cases.append(case("array-of-bits", f"{PYTHON}, shift and mask", "decode_array", {"data": "0050 00f0", "data_type": "bits", "bit": 4, "bits": 3}, {"int64": [5, 7]}))
    cases.append(case("array-of-nothing", "DOMAIN.md A-6", "decode_array", {"data": "", "data_type": "u16-be"}, {"int64": []}))
    refusals = [
        ("array-of-codes-as-integers", {"registers": registers, "data_type": "u16-be", "not_available": [0x8000]}, "not-available", 3),
        ("array-beyond-int64", {"registers": [0, 0, 0, 1, 0x8000, 0, 0, 0], "data_type": "u64-be"}, "value-range", 1),
        ("array-of-bcd32-not-digits", {"registers": [0, 0, 0x1234, 0x567B], "data_type": "bcd32"}, "bcd-digit", 3),
        ("array-of-texts", {"registers": [0x41], "data_type": "str"}, "not-numeric", None),
        ("array-of-addresses", {"registers": [1, 2, 3, 4], "data_type": "ipv4"}, "not-numeric", None),
        ("array-cut-off", {"data": "0001 0002 0003", "data_type": "u32-be"}, "register-count", None),
        ("array-of-half-a-register", {"data": "000102", "data_type": "u16-be"}, "register-count", None),
        ("three-codes", {"registers": [1], "data_type": "u16-be", "not_available": [1, 2, 3]}, "value-range", None),
    ]
    for name, args, kind, offset in refusals:
        error = {"kind": kind} | ({} if offset is None else {"offset": offset})
        cases.append(case(name, "DOMAIN.md A-6, D-14", "decode_array", args, error=error))
    beyond = {"registers": [0x8000, 0, 0, 0], "data_type": "u64-be", "multiplier": "0.5"}
    cases.append(case("array-beyond-int64-scaled", floats, "decode_array", beyond, {"float64": [float_text(2.0**62)]}))
    write("arrays.json", "Many values at once (DOMAIN.md A-6), and codes for no value.", cases)


if __name__ == "__main__":
    numbers()
    exact()
    types()
    arrays()
