"""Our package beside pymodbus: frames of 125 registers, in one run, as ratios."""

import statistics
import time

import numpy as np
import parabus
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse

SAMPLES, REPEAT = 21, 300
VALUES = [(index * 771 + 9) % 65536 for index in range(125)]
REQUEST = {"unit_id": 17, "function_code": 3, "address": 107, "quantity": 125}
RESPONSE = {"unit_id": 17, "function_code": 3, "values": VALUES}


def race(title, contestants):
    """Medians, interleaved; the ratio to the first, which is ours."""
    times = {name: [] for name, _, _ in contestants}
    for name, run, is_right in contestants:
        assert is_right(run()), name
    for _ in range(SAMPLES):
        for name, run, _ in contestants:
            started = time.perf_counter_ns()
            for _ in range(REPEAT):
                run()
            times[name].append((time.perf_counter_ns() - started) / REPEAT)
    medians = {name: statistics.median(each) for name, each in times.items()}
    print(f"\n  Python: {title}")
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"  {name:<34}{median:>9.0f} ns  {median / base:>6.1f}x")


for transport, framer in [("rtu", FramerRTU), ("tcp", FramerSocket)]:
    asks, gives = framer(DecodePDU(False)), framer(DecodePDU(True))
    tid = {"transaction_id": 1} if transport == "tcp" else {}
    response = RESPONSE | tid
    asked = ReadHoldingRegistersRequest(address=107, count=125, dev_id=17, transaction_id=1)
    given = ReadHoldingRegistersResponse(registers=VALUES, dev_id=17, transaction_id=1)
    built = asks.buildFrame(asked)
    reply = gives.buildFrame(given)
    ours = {"transport": transport, "direction": "request"}
    theirs = {"transport": transport, "direction": "response"}
    out = np.zeros(125, dtype=np.uint16)
    race(
        f"{transport.upper()} request built",
        [
            ("parabus.encode_frame", lambda: parabus.encode_frame(REQUEST | tid, **ours), built.__eq__),
            (
                "pymodbus 3.16",
                lambda: asks.buildFrame(ReadHoldingRegistersRequest(address=107, count=125, dev_id=17, transaction_id=1)),
                built.__eq__,
            ),
        ],
    )
    race(
        f"{transport.upper()} response of 125 registers, built",
        [
            ("parabus.encode_frame", lambda: parabus.encode_frame(response, **theirs), reply.__eq__),
            ("pymodbus 3.16", lambda: gives.buildFrame(given), reply.__eq__),
        ],
    )
    race(
        f"{transport.upper()} response of 125 registers, to values",
        [
            (
                "parabus.decode_frame, to an array",
                lambda: parabus.decode_frame(reply, out=out, **theirs)["values"],
                lambda values: list(values) == VALUES,
            ),
            ("parabus.decode_frame, to a list", lambda: parabus.decode_frame(reply, **theirs)["values"], VALUES.__eq__),
            ("pymodbus 3.16", lambda: asks.handleFrame(reply, 0, 0)[1].registers, VALUES.__eq__),
        ],
    )
