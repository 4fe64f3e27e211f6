"""Ten devices, half of them hung or one reply late: no wrong value, and the live ones on time."""

import datetime
import socket
import struct
import threading
import time

from conftest import free_port, network, parameter, plant

SECONDS = 25
LIVE, HUNG, LATE, WRONG = "live", "hung", "late", "wrong"
ZOO = [LIVE, HUNG, LIVE, LATE, LIVE, HUNG, LIVE, LATE, LIVE, WRONG]


def value_of(device: int, address: int) -> int:
    """What a register of a device holds: no two are the same."""
    return device * 1000 + address


def reply_to(device: int, frame: bytes) -> bytes:
    transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", frame)
    words = [value_of(device, address + n) for n in range(count)]
    body = struct.pack(f">BBB{count}H", unit, function, 2 * count, *words)
    return struct.pack(">HHH", transaction, 0, len(body)) + body


def serve(device: int, kind: str, port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port))

    def client(stream: socket.socket) -> None:
        previous, buffer = b"", b""
        while data := stream.recv(1000):
            buffer += data
            while len(buffer) >= 12:
                frame, buffer = buffer[:12], buffer[12:]
                reply = reply_to(device, frame)
                if kind == LIVE:
                    stream.sendall(reply)
                elif kind == LATE:
                    # The reply to the request before this one.
                    stream.sendall(previous)
                    previous = reply
                elif kind == WRONG:
                    # Another transaction, another unit, then nonsense of the right length.
                    other = bytes([reply[0] ^ 0x55]) + reply[1:]
                    stream.sendall(other + reply[:6] + bytes([reply[6] + 1]) + reply[7:])
                    stream.sendall(reply[:7] + bytes([reply[7] ^ 7]) + reply[8:])

    def accept() -> None:
        while True:
            stream, _ = listener.accept()
            threading.Thread(target=client, args=[stream], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def test_dead_and_late_devices_disturb_nobody(server):
    networks = []
    for device, kind in enumerate(ZOO):
        port = free_port()
        serve(device, kind, port)
        parameters = [parameter(f"p{address}", address) for address in (0, 1, 2, 40)]
        settings = {"updatePeriodSec": 1, "readGroupSize": 20, "timeoutMs": 300, "modbusTimeoutRetriesNum": 1}
        unit = {"name": f"{kind} {device}", "modbusUnitId": 1, "parameters": parameters, **settings}
        networks.append(network(f"net {device}", port, [unit]))
    assert server.apply(plant(networks)).returncode == 0
    server.start()
    time.sleep(SECONDS)

    wrong, live_readings = [], 0
    for (name, param), id in server.params().items():
        device, address = int(name.split()[1]), int(param[1:])
        points = server.readings(id)
        good = [value for _, value in points if value is not None]
        wrong += [(name, param, value) for value in good if value != value_of(device, address)]
        if name.startswith(LIVE):
            instants = sorted(datetime.datetime.fromisoformat(at).timestamp() for at, value in points if value is not None)
            slots = {round(at - instants[0]) for at in instants}
            on_time = [at for at in instants if abs((at - instants[0]) - round(at - instants[0])) < 0.25]
            live_readings += len(on_time)
            assert len(slots) >= 0.99 * (instants[-1] - instants[0]), f"{name} missed polls"
            assert len(on_time) >= 0.99 * len(instants), f"{name} was late"
            assert len(instants) >= SECONDS - 2, f"{name} has {len(instants)} readings"
        else:
            assert not good, f"{name} never answered rightly, yet it has {len(good)} values"
    assert not wrong, wrong[:5]
    assert live_readings >= 0.99 * 5 * 4 * (SECONDS - 2)


def test_a_dead_unit_behind_a_gateway_costs_its_neighbours_little(server):
    """Three units on one connection that answers one request at a time; one of them is dead."""
    port = free_port()
    listener = socket.create_server(("127.0.0.1", port))

    def client(stream: socket.socket) -> None:
        while frame := stream.recv(12):
            if frame[6] != 2:
                stream.sendall(reply_to(frame[6], frame))

    def accept() -> None:
        while True:
            threading.Thread(target=client, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    settings = {"updatePeriodSec": 1, "readGroupSize": 20, "timeoutMs": 300, "modbusTimeoutRetriesNum": 1}
    units = [{"name": f"unit {n}", "modbusUnitId": n, "parameters": [parameter("p0", 0)], **settings} for n in (1, 2, 3)]
    assert server.apply(plant([network("gateway", port, units)])).returncode == 0
    server.start()
    time.sleep(15)
    for (name, _), id in server.params().items():
        values = [value for _, value in server.readings(id)]
        if name == "unit 2":
            assert not any(values)
        else:
            good = [value for value in values if value is not None]
            assert set(good) == {value_of(int(name[-1]), 0)}
            assert len(good) >= 13, f"{name} has {len(good)} readings in 15 s"
