"""Our package beside pymodbus: frames of 125 registers, in one run, as ratios."""

import numpy as np
import parabus
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse
from race import finish, race

PEER = "pymodbus 3.16"
VALUES = [(index * 771 + 9) % 65536 for index in range(125)]
ARRAY = np.array(VALUES, dtype=np.uint16)
REQUEST = {"unit_id": 17, "function_code": 3, "address": 107, "quantity": 125}
RESPONSE = {"unit_id": 17, "function_code": 3}


def beside_a_copy(title, frame, contestants):
    race(title, ("copy of its bytes", lambda: bytearray(frame)), contestants, PEER)


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

    beside_a_copy(
        f"{name} request built",
        built,
        [
            ("parabus.encode_frame", lambda: parabus.encode_frame(REQUEST | tid, **to_server), built.__eq__),
            (PEER, their_request, built.__eq__),
        ],
    )
    beside_a_copy(
        f"{name} request, checked and taken apart",
        built,
        [
            ("parabus.decode_frame", lambda: parabus.decode_frame(built, **to_server), asked),
            (PEER, their_asked, asked),
        ],
    )
    beside_a_copy(
        f"{name} response of 125 registers, built",
        reply,
        [
            ("parabus.encode_frame, of an array", lambda: our_response(ARRAY, to_client), reply.__eq__),
            ("parabus.encode_frame, of a list", lambda: our_response(VALUES, to_client), reply.__eq__),
            (PEER, their_response, reply.__eq__),
        ],
    )
    beside_a_copy(
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

finish()
