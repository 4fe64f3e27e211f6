"""Register images of the devices of `server/templates`, and the values that they hold.

Written from the manuals' tables alone, with `struct` and `decimal`: neither core nor the templates take part.
Each row is the first register (or the bit), the format of `struct`, the factor, and what the registers hold
before the factor. `python3 dumps.py` writes `dumps/*.json`; with `--check` it only says whether they differ.
"""

import json
import pathlib
import struct
import sys
from decimal import Decimal

HERE = pathlib.Path(__file__).parent / "dumps"

# Formats: `>f` float, `>h` `>H` 16 bits, `>i` `>I` 32 bits, `>q` `>Q` 64 bits; a leading `~` puts the low word
# first; `.5` is bit 5.
DEVICES = {
    # Eastron SDM630-Modbus V2, tables 1.2 and 1.3: input register 30001 is address 0.
    "eastron-sdm630": {
        "Voltage L1": ("input", 0x00, ">f", "1", 230.5),
        "Voltage L2": ("input", 0x02, ">f", "1", 229.875),
        "Voltage L3": ("input", 0x04, ">f", "1", 231.2),
        "Current L1": ("input", 0x06, ">f", "1", 5.123),
        "Current L2": ("input", 0x08, ">f", "1", 0.0),
        "Current L3": ("input", 0x0A, ">f", "1", 99.99),
        "Power L1": ("input", 0x0C, ">f", "1", 1180.8),
        "Power L2": ("input", 0x0E, ">f", "1", -12.5),
        "Power L3": ("input", 0x10, ">f", "1", 23117.3),
        "Apparent power L1": ("input", 0x12, ">f", "1", 1181.0),
        "Apparent power L2": ("input", 0x14, ">f", "1", 12.5),
        "Apparent power L3": ("input", 0x16, ">f", "1", 23118.25),
        "Reactive power L1": ("input", 0x18, ">f", "1", 21.7),
        "Reactive power L2": ("input", 0x1A, ">f", "1", -0.125),
        "Reactive power L3": ("input", 0x1C, ">f", "1", 209.6),
        "Power factor L1": ("input", 0x1E, ">f", "1", 0.9998),
        "Power factor L2": ("input", 0x20, ">f", "1", -1.0),
        "Power factor L3": ("input", 0x22, ">f", "1", 0.87),
        "Average voltage": ("input", 0x2A, ">f", "1", 230.525),
        "Average current": ("input", 0x2E, ">f", "1", 35.0377),
        "Sum of currents": ("input", 0x30, ">f", "1", 105.113),
        "Total power": ("input", 0x34, ">f", "0.001", 24285.6),
        "Apparent power": ("input", 0x38, ">f", "1", 24311.75),
        "Reactive power": ("input", 0x3C, ">f", "1", 231.175),
        "Power factor": ("input", 0x3E, ">f", "1", 0.999),
        "Frequency": ("input", 0x46, ">f", "1", 49.98),
        "Imported energy": ("input", 0x48, ">f", "1", 18560.27),
        "Exported energy": ("input", 0x4A, ">f", "1", 0.01),
        "Total energy": ("input", 0x156, ">f", "1", 18560.28),
        "Imported energy L1": ("input", 0x15A, ">f", "1", 6001.5),
        "Imported energy L2": ("input", 0x15C, ">f", "1", 6002.25),
        "Imported energy L3": ("input", 0x15E, ">f", "1", 6556.52),
        "Exported energy L1": ("input", 0x160, ">f", "1", 0.0),
        "Exported energy L2": ("input", 0x162, ">f", "1", 0.01),
        "Exported energy L3": ("input", 0x164, ">f", "1", 1e-5),
        "Demand period": ("holding", 0x02, ">f", "1", 60.0),
        "Pulse width": ("holding", 0x0C, ">f", "1", 100.0),
    },
    # Eastron SDM120-Modbus, register map: input register 30001 is address 0.
    "eastron-sdm120": {
        "Voltage": ("input", 0x00, ">f", "1", 229.1),
        "Current": ("input", 0x06, ">f", "1", 7.4),
        "Power": ("input", 0x0C, ">f", "1", -1525.8),
        "Apparent power": ("input", 0x12, ">f", "1", 1695.34),
        "Reactive power": ("input", 0x18, ">f", "1", 739.0),
        "Power factor": ("input", 0x1E, ">f", "1", 0.9),
        "Frequency": ("input", 0x46, ">f", "1", 50.02),
        "Imported energy": ("input", 0x48, ">f", "1", 912.4),
        "Exported energy": ("input", 0x4A, ">f", "1", 3.14),
        "Imported reactive energy": ("input", 0x4C, ">f", "1", 77.7),
        "Exported reactive energy": ("input", 0x4E, ">f", "1", 0.5),
        "Total energy": ("input", 0x156, ">f", "1", 915.54),
        "Total reactive energy": ("input", 0x158, ">f", "1", 78.2),
    },
    # Schneider iEM3155, DOCA0005: the manual's register numbers, of which 1 is address 0.
    "schneider-iem3155": {
        "Current L1": ("holding", 3000 - 1, ">f", "1", 12.5),
        "Current L2": ("holding", 3002 - 1, ">f", "1", 0.003),
        "Current L3": ("holding", 3004 - 1, ">f", "1", 62.9),
        "Average current": ("holding", 3010 - 1, ">f", "1", 25.1343),
        "Voltage L1": ("holding", 3028 - 1, ">f", "1", 230.01),
        "Voltage L2": ("holding", 3030 - 1, ">f", "1", 231.4),
        "Voltage L3": ("holding", 3032 - 1, ">f", "1", 228.95),
        "Average voltage": ("holding", 3036 - 1, ">f", "1", 230.12),
        "Power L1": ("holding", 3054 - 1, ">f", "1", 2.87512),
        "Power L2": ("holding", 3056 - 1, ">f", "1", 0.0006942),
        "Power L3": ("holding", 3058 - 1, ">f", "1", -14.4),
        "Total power": ("holding", 3060 - 1, ">f", "1", -11.52419),
        "Reactive power": ("holding", 3068 - 1, ">f", "1", 1.25),
        "Apparent power": ("holding", 3076 - 1, ">f", "1", 17.33),
        "Frequency": ("holding", 3110 - 1, ">f", "1", 50.001),
        "Imported energy": ("holding", 3204 - 1, ">q", "0.001", 123456789012),
        "Exported energy": ("holding", 3208 - 1, ">q", "0.001", 5),
        "Imported reactive energy": ("holding", 3220 - 1, ">q", "0.001", 9007199254740993),
        "Exported reactive energy": ("holding", 3224 - 1, ">q", "0.001", 0),
        "Imported energy L1": ("holding", 3518 - 1, ">q", "0.001", 41152263004),
        "Imported energy L2": ("holding", 3522 - 1, ">q", "0.001", 41152263000),
        "Imported energy L3": ("holding", 3526 - 1, ">q", "0.001", 41152263008),
    },
    # ABB B23, 2CMC485003M0201, mapping tables.
    "abb-b23": {
        "Imported energy": ("holding", 0x5000, ">Q", "0.01", 123456789),
        "Exported energy": ("holding", 0x5004, ">Q", "0.01", 18446744073709551614),
        "Imported energy L1": ("holding", 0x5460, ">Q", "0.01", 41152263),
        "Imported energy L2": ("holding", 0x5464, ">Q", "0.01", 41152260),
        "Imported energy L3": ("holding", 0x5468, ">Q", "0.01", 41152266),
        "Exported energy L1": ("holding", 0x546C, ">Q", "0.01", 0),
        "Exported energy L2": ("holding", 0x5470, ">Q", "0.01", 9007199254740993),
        "Exported energy L3": ("holding", 0x5474, ">Q", "0.01", 7),
        "Voltage L1": ("holding", 0x5B00, ">I", "0.1", 2305),
        "Voltage L2": ("holding", 0x5B02, ">I", "0.1", 2310),
        "Voltage L3": ("holding", 0x5B04, ">I", "0.1", 2298),
        "Current L1": ("holding", 0x5B0C, ">I", "0.01", 512),
        "Current L2": ("holding", 0x5B0E, ">I", "0.01", 65536),
        "Current L3": ("holding", 0x5B10, ">I", "0.01", 0),
        "Total power": ("holding", 0x5B14, ">i", "0.01", -118080),
        "Power L1": ("holding", 0x5B16, ">i", "0.01", -118081),
        "Power L2": ("holding", 0x5B18, ">i", "0.01", 1),
        "Power L3": ("holding", 0x5B1A, ">i", "0.01", 0),
        "Frequency": ("holding", 0x5B2C, ">H", "0.01", 4998),
        "Power factor": ("holding", 0x5B3A, ">h", "0.001", -998),
        "Power factor L1": ("holding", 0x5B3B, ">h", "0.001", -1000),
        "Power factor L2": ("holding", 0x5B3C, ">h", "0.001", 1000),
        "Power factor L3": ("holding", 0x5B3D, ">h", "0.001", 0),
    },
    # Carlo Gavazzi EM24-DIN with RS-485, communication protocol version 3.
    "carlo-gavazzi-em24": {
        "Voltage L1": ("input", 0x00, "~i", "0.1", 2301),
        "Voltage L2": ("input", 0x02, "~i", "0.1", 2310),
        "Voltage L3": ("input", 0x04, "~i", "0.1", 2299),
        "Current L1": ("input", 0x0C, "~i", "0.001", 70001),
        "Current L2": ("input", 0x0E, "~i", "0.001", 512),
        "Current L3": ("input", 0x10, "~i", "0.001", 0),
        "Power L1": ("input", 0x12, "~i", "0.1", 161000),
        "Power L2": ("input", 0x14, "~i", "0.1", -1180),
        "Power L3": ("input", 0x16, "~i", "0.1", 0),
        "Total power": ("input", 0x28, "~i", "0.1", 159820),
        "Power factor L1": ("input", 0x32, ">h", "0.001", 999),
        "Power factor L2": ("input", 0x33, ">h", "0.001", -1000),
        "Power factor L3": ("input", 0x34, ">h", "0.001", 0),
        "Power factor": ("input", 0x35, ">h", "0.001", 987),
        "Frequency": ("input", 0x37, ">H", "0.1", 500),
        "Imported energy": ("input", 0x42, "~i", "0.1", 1234567),
        "Imported energy L1": ("input", 0x46, "~i", "0.1", 411522),
        "Imported energy L2": ("input", 0x48, "~i", "0.1", 411523),
        "Imported energy L3": ("input", 0x4A, "~i", "0.1", 411522),
        "Exported energy": ("input", 0x5C, "~i", "0.1", 12),
    },
    # SunSpec model 113 behind `SunS` (2 registers) and the common model (67): points from 40071 on.
    "fronius-sunspec": {
        "Current": ("holding", 40071, ">f", "1", 21.6),
        "Current L1": ("holding", 40071 + 2, ">f", "1", 7.2),
        "Current L2": ("holding", 40071 + 4, ">f", "1", 7.21),
        "Current L3": ("holding", 40071 + 6, ">f", "1", 7.19),
        "Voltage L1": ("holding", 40071 + 14, ">f", "1", 233.4),
        "Voltage L2": ("holding", 40071 + 16, ">f", "1", 232.9),
        "Voltage L3": ("holding", 40071 + 18, ">f", "1", 234.25),
        "Power": ("holding", 40071 + 20, ">f", "1", 5024.7),
        "Frequency": ("holding", 40071 + 22, ">f", "1", 49.99),
        "Apparent power": ("holding", 40071 + 24, ">f", "1", 5030.0),
        "Reactive power": ("holding", 40071 + 26, ">f", "1", -231.4),
        "Produced energy": ("holding", 40071 + 30, ">f", "0.001", 12345678.0),
        "DC power": ("holding", 40071 + 36, ">f", "1", 5176.5),
        "State": ("holding", 40071 + 46, ">H", "1", 4),
    },
    # Stiebel Eltron ISG with WPM, Modbus extension: the manual's register numbers, of which 1 is address 0.
    "stiebel-eltron-isg": {
        "Outside temperature": ("input", 507 - 1, ">h", "0.1", -15),
        "Heating circuit temperature": ("input", 508 - 1, ">h", "0.1", 338),
        "Heating circuit set temperature": ("input", 510 - 1, ">h", "0.1", 345),
        "Heat pump flow temperature": ("input", 513 - 1, ">h", "0.1", 372),
        "Flow temperature": ("input", 515 - 1, ">h", "0.1", 370),
        "Return temperature": ("input", 516 - 1, ">h", "0.1", 314),
        "Buffer temperature": ("input", 518 - 1, ">h", "0.1", 361),
        "Buffer set temperature": ("input", 519 - 1, ">h", "0.1", 350),
        "Heating pressure": ("input", 520 - 1, ">h", "0.01", 162),
        "Flow rate": ("input", 521 - 1, ">h", "0.1", 215),
        "Hot water temperature": ("input", 522 - 1, ">h", "0.1", 475),
        "Hot water set temperature": ("input", 523 - 1, ">h", "0.1", 500),
        "Source temperature": ("input", 536 - 1, ">h", "0.1", -21),
        "Operating mode": ("holding", 1501 - 1, ">H", "1", 2),
        "Comfort temperature": ("holding", 1502 - 1, ">h", "0.1", 215),
        "Eco temperature": ("holding", 1503 - 1, ">h", "0.1", 180),
        "Hot water comfort temperature": ("holding", 1510 - 1, ">h", "0.1", 500),
        "Hot water eco temperature": ("holding", 1511 - 1, ">h", "0.1", 450),
        "Circulation pump": ("input", 2501 - 1, ".0", "1", 1),
        "Heating": ("input", 2501 - 1, ".4", "1", 1),
        "Hot water": ("input", 2501 - 1, ".5", "1", 0),
        "Compressor": ("input", 2501 - 1, ".6", "1", 1),
        "Summer mode": ("input", 2501 - 1, ".7", "1", 0),
        "Cooling": ("input", 2501 - 1, ".8", "1", 0),
    },
}


def words(form: str, held) -> list[int]:
    data = struct.pack(">" + form[1:], held)
    found = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    return found[::-1] if form.startswith("~") else found


def shortest(single: float) -> Decimal:
    """The fewest digits that lead to the same 32 bits."""
    bits = struct.pack(">f", single)
    for digits in range(1, 10):
        text = f"{single:.{digits - 1}e}"
        if struct.pack(">f", float(text)) == bits:
            return Decimal(text)
    raise AssertionError(single)


def value(form: str, factor: str, held) -> str:
    number = shortest(struct.unpack(">f", struct.pack(">f", held))[0]) if form == ">f" else Decimal(held)
    product = number * Decimal(factor)
    # A float's digits end where they end; a whole number keeps the decimals of its factor.
    return format(product.normalize() if form == ">f" else product, "f")


def dump(rows: dict) -> dict:
    registers: dict[str, dict[int, int]] = {}
    for kind, address, form, _, held in rows.values():
        of_kind = registers.setdefault(kind, {})
        if form.startswith("."):
            of_kind[address] = of_kind.get(address, 0) | held << int(form[1:])
            continue
        for place, word in enumerate(words(form, held), address):
            assert place not in of_kind, (kind, place)
            of_kind[place] = word
    values = {name: value(form, factor, held) for name, (_, _, form, factor, held) in rows.items()}
    return {"registers": registers, "values": values}


def main() -> int:
    differing = []
    HERE.mkdir(exist_ok=True)
    for device, rows in DEVICES.items():
        path = HERE / f"{device}.json"
        text = json.dumps(dump(rows), indent=1, sort_keys=True) + "\n"
        if not path.exists() or path.read_text() != text:
            differing.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text)
    print(f"{len(DEVICES)} devices, {len(differing)} differing: {' '.join(differing)}")
    return 1 if "--check" in sys.argv and differing else 0


if __name__ == "__main__":
    sys.exit(main())
