"""A controller that dials in, played by sockets and pymodbus: DOMAIN.md 2.10, and the registers of 2.11."""

import socket
import struct
import threading
import time

import pytest
from conftest import eventually, free_port, parameter, plant
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterResponse,
)

MAC = bytes([0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xE9])
OTHER = bytes([0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xEA])
NO_CODE = 100_000_000


def text(mac: bytes) -> str:
    return mac.hex(":")


class Controller:
    """One call of a controller: its own registers as unit 111, a meter as unit 1."""

    def __init__(self, port: int, mac: bytes, device_type: int, registers: dict | None = None, says=True):
        own = {0: device_type, 1: 5, **dict(enumerate([0] * 20, 100))}
        own |= dict(enumerate([device_type, 5, *mac, 1, *divmod(NO_CODE, 65536)], 1000))
        self.units = {111: own | (registers or {}), 1: {0: 4711, 1: 42}}
        self.asked = []
        self.socket = socket.create_connection(("127.0.0.1", port))
        if says:
            words = struct.pack(">11H", *[self.units[111][address] for address in range(1000, 1011)])
            self.socket.sendall(struct.pack(">HHHBBB", 0, 0, 3 + len(words), 111, 3, len(words)) + words)
        self.ended = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def code(self) -> int:
        own = self.units[111]
        return own[1009] << 16 | own[1010]

    def password(self) -> str:
        return "".join(chr(self.units[111][address]) for address in range(100, 120)).rstrip("\0")

    def answer(self, request, unit: int):
        function, registers = request.function_code, self.units.get(unit)
        if registers is None:
            return ExceptionResponse(function, 10)
        count = 1 if function == 6 else request.count
        span = range(request.address, request.address + count)
        if function not in (3, 6, 16):
            return ExceptionResponse(function, 1)
        if not all(address in registers for address in span):
            return ExceptionResponse(function, 2)
        if function == 3:
            return ReadHoldingRegistersResponse(registers=[registers[address] for address in span])
        registers.update(zip(span, request.registers))
        if function == 6:
            return WriteSingleRegisterResponse(address=request.address, registers=request.registers)
        return WriteMultipleRegistersResponse(address=request.address, count=count)

    def serve(self):
        framer, buffer = FramerSocket(DecodePDU(True)), b""
        try:
            while chunk := self.socket.recv(4096):
                buffer += chunk
                while True:
                    length, unit, transaction, pdu = framer.decode(buffer)
                    if not length:
                        break
                    buffer = buffer[length:]
                    request = framer.decoder.decode(pdu)
                    self.asked.append((unit, request.function_code, getattr(request, "address", None)))
                    response = self.answer(request, unit)
                    response.dev_id, response.transaction_id = unit, transaction
                    self.socket.sendall(framer.buildFrame(response))
        except OSError:
            pass
        self.ended.set()

    def hang_up(self):
        self.socket.shutdown(socket.SHUT_RDWR)


def is_closed(stream: socket.socket) -> bool:
    try:
        while stream.recv(1000):
            pass
    except ConnectionResetError:
        pass
    return True


def of(mac: bytes, name: str, **more) -> dict:
    meter = {"name": "Meter", "modbusUnitId": 1, "updatePeriodSec": 1, "timeoutMs": 500, "parameters": [parameter("a", 0)]}
    return {"name": name, "connection": {"kind": "backward", "mac": text(mac)}, "devices": [meter], **more}


@pytest.fixture
def listening(server):
    port = free_port()
    server.config.write_text(server.config.read_text() + f'[backward]\nlisten = "127.0.0.1:{port}"\n')
    applied = server.apply(plant([of(MAC, "Boiler", devicePasswords=["Ab1"], sku="em481")]))
    assert applied.returncode == 0, applied.stderr
    server.start()
    return server, port


def status(server) -> dict:
    return server.api("/net/1/connection-status/", {})


def test_a_bound_controller_is_activated_gets_its_password_and_is_polled(listening):
    server, port = listening
    assert status(server) == {"disconnected": {"reason": "the controller has not dialled in"}}
    controller = Controller(port, MAC, 23)
    eventually(lambda: controller.code() == 0 and controller.password() == "Ab1")
    param = server.params()[("Meter", "a")]
    eventually(lambda: len([point for point in server.readings(param) if point[1] == 4711]) >= 2)
    assert "since" in status(server)["connected"]
    net = server.api("/net/1/")
    assert (net["ip"], net["mac"]) == ("127.0.0.1", text(MAC)), "from where it dialled in"
    direct = {"kind": "backward", "mac": text(MAC)}
    assert server.api("/raw/check-connection/", {"deviceModbusId": 111, "connection": direct}) == {
        "status": {"connected": {"unitId": 111, "version": 5, "deviceIdentificationMarker": 23}}
    }
    refusal = server.api("/raw/check-connection/", {"deviceModbusId": 9, "connection": direct})
    assert "exception" in refusal["status"]["readingFailure"], refusal

    # It dials in again before the server has noticed that the first connection is dead.
    again = Controller(port, MAC, 23)
    assert controller.ended.wait(5), "the older connection is closed"
    eventually(lambda: any(unit == 1 for unit, _, _ in again.asked))
    server.api("/net/1/drop-connections/", {})
    assert again.ended.wait(5)
    dropped = eventually(lambda: status(server).get("disconnected"))
    assert dropped["reason"] == "dropped on request" and "lastSeenOn" in dropped, dropped
    third = Controller(port, MAC, 23)
    eventually(lambda: any(unit == 1 for unit, _, _ in third.asked), 5)
    third.hang_up()
    eventually(lambda: status(server).get("disconnected", {}).get("reason") == "the controller closed the connection")


def test_an_unknown_controller_shows_a_code_until_it_is_bound(listening):
    server, port = listening
    controller = Controller(port, OTHER, 12)
    code = eventually(lambda: 10_000_000 <= controller.code() <= 99_999_999 and controller.code())
    info = server.api(f"/activation-code/{code}/get-info/", {})
    assert info == {"code": code, "mac": text(OTHER), "ip": "127.0.0.1", "port": info["port"], "sku": "et485"}
    group = {"deviceModbusId": 1, "address": 0, "registersNum": 2, "kind": "holding"}
    by_code = {"connection": {"kind": "activation-code", "code": code}}
    assert server.api("/raw/read-register-group/", group | by_code) == {"ok": [4711, 42]}
    # A second call keeps the code that people may be reading.
    controller.hang_up()
    controller.ended.wait(5)
    own = {1008: 3, 1009: code >> 16, 1010: code & 0xFFFF}
    again = Controller(port, OTHER, 12, own)
    eventually(lambda: server.api("/raw/read-register-group/", group | by_code) == {"ok": [4711, 42]})
    assert again.code() == code
    applied = server.apply(plant([of(MAC, "Boiler"), of(OTHER, "Pump")]))
    assert applied.returncode == 0, applied.stderr
    eventually(lambda: again.code() == 0)
    eventually(lambda: any(unit == 1 for unit, _, _ in again.asked))
    headers = {"Content-Type": "application/json", "Authorization": f"token {server.token}"}
    refused, reply = server.raw(f"/activation-code/{code}/get-info/", {}, headers)
    assert (refused, reply["errorCode"]) == (400, "InvalidActivationCode")


def test_one_that_says_nothing_is_asked_and_strangers_are_sent_away(listening):
    server, port = listening
    strangers = []
    for said in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bytes(300)):
        stranger = socket.create_connection(("127.0.0.1", port))
        stranger.sendall(said)
        stranger.settimeout(20)
        strangers.append(stranger)
    silent = Controller(port, MAC, 23, says=False)
    begun = time.monotonic()
    eventually(lambda: silent.code() == 0, 30)
    assert time.monotonic() - begun > 9, "the unasked frame is waited for"
    eventually(lambda: any(unit == 1 for unit, _, _ in silent.asked))
    assert all(is_closed(stranger) for stranger in strangers), "no controllers"
    assert "connected" in status(server)
