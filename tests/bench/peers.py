"""Our package beside pymodbus: frames of 125 registers, in one run, as ratios."""

import statistics
import sys
import time

import numpy as np
import parabus
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse

SAMPLES, SAMPLE_NS = 21, 4_000_000
PEER = "pymodbus 3.16"
VALUES = [(index * 771 + 9) % 65536 for index in range(125)]
ARRAY = np.array(VALUES, dtype=np.uint16)
REQUEST = {"unit_id": 17, "function_code": 3, "address": 107, "quantity": 125}
RESPONSE = {"unit_id": 17, "function_code": 3}

wrong = []


def timed(run, count):
    started = time.perf_counter_ns()
    for _ in range(count):
        run()
    return time.perf_counter_ns() - started


def repetitions(run):
    """So many that the clock's own steps vanish."""
    count = 1
    while timed(run, count) < SAMPLE_NS:
        count *= 2
    return count


def race(title, frame, contestants):
    """Medians, interleaved; the ratio to a copy of the frame. Who makes something wrong is told, not timed."""
    print(f"\n  Python: {title}")
    fit = {"copy of its bytes": lambda: bytearray(frame)}
    for name, run, is_right in contestants:
        try:
            made = run()
            failure = None if is_right(made) else f"wrong: {made!r}"
        except Exception as error:  # A peer may fail; it is told in its row.
            failure = f"raises: {error!r}"
        if failure is None:
            fit[name] = run
        else:
            print(f"  {name:<42}{failure[:200]}")
            if name != PEER or failure.startswith("wrong"):
                wrong.append(name)
    counts = {name: repetitions(run) for name, run in fit.items()}
    times = {name: [] for name in fit}
    for _ in range(SAMPLES):
        for name, run in fit.items():
            times[name].append(timed(run, counts[name]) / counts[name])
    medians = {name: statistics.median(each) for name, each in times.items()}
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"  {name:<42}{median:>12.1f} ns {median / base:>10.2f}x")
    ours = [median for name, median in medians.items() if name.startswith("parabus")]
    if ours and PEER in medians:
        ahead = medians[PEER] / min(ours)
        place = f"ahead of {PEER} by {ahead:.2f}x" if ahead >= 1 else f"BEHIND {PEER} by {1 / ahead:.2f}x"
        print(f"  {place}")


def asked(made):
    return made["address"] == 107 and made["quantity"] == 125 and made["unit_id"] == 17


for transport, framer in [("rtu", FramerRTU), ("tcp", FramerSocket)]:
    client, server = framer(DecodePDU(False)), framer(DecodePDU(True))
    tid = {"transaction_id": 1} if transport == "tcp" else {}

    # A program has numbers, not objects that were made before: both sides make their own.
    def their_request(framer=client):
        return framer.buildFrame(ReadHoldingRegistersRequest(address=107, count=125, dev_id=17, transaction_id=1))

    def their_response(framer=server):
        return framer.buildFrame(ReadHoldingRegistersResponse(registers=VALUES, dev_id=17, transaction_id=1))

    def our_response(values, to_client, tid=tid):
        return parabus.encode_frame(RESPONSE | tid | {"values": values}, **to_client)

    built, reply = their_request(), their_response()
    to_server = {"transport": transport, "direction": "request"}
    to_client = {"transport": transport, "direction": "response"}
    out = np.zeros(125, dtype=np.uint16)
    name = transport.upper()

    def their_asked(framer=server, built=built):
        made = framer.handleFrame(built, 0, 0)[1]
        return {"address": made.address, "quantity": made.count, "unit_id": made.dev_id}

    race(
        f"{name} request built",
        built,
        [
            ("parabus.encode_frame", lambda: parabus.encode_frame(REQUEST | tid, **to_server), built.__eq__),
            (PEER, their_request, built.__eq__),
        ],
    )
    race(
        f"{name} request, checked and taken apart",
        built,
        [
            ("parabus.decode_frame", lambda: parabus.decode_frame(built, **to_server), asked),
            (PEER, their_asked, asked),
        ],
    )
    race(
        f"{name} response of 125 registers, built",
        reply,
        [
            ("parabus.encode_frame, of an array", lambda: our_response(ARRAY, to_client), reply.__eq__),
            ("parabus.encode_frame, of a list", lambda: our_response(VALUES, to_client), reply.__eq__),
            (PEER, their_response, reply.__eq__),
        ],
    )
    race(
        f"{name} response of 125 registers, to values",
        reply,
        [
            (
                "parabus.decode_frame, into an array",
                lambda: parabus.decode_frame(reply, out=out, **to_client)["values"],
                lambda values: list(values) == VALUES,
            ),
            ("parabus.decode_frame, to a list", lambda: parabus.decode_frame(reply, **to_client)["values"], VALUES.__eq__),
            (PEER, lambda: client.handleFrame(reply, 0, 0)[1].registers, VALUES.__eq__),
        ],
    )

if wrong:
    sys.exit(f"wrong: {', '.join(wrong)}; the row says how")
