"""Values that are easily lost on the way: near 2^64, not a number, bits of one register, two organizations."""

import socket
import struct
import threading

import pytest
from conftest import KEY, PASSWORD, eventually, free_port, network, parameter, plant

REGISTERS = {
    0: 0xFFFF, 1: 0xFFFF, 2: 0xFFFF, 3: 0xFFFE,  # u64 2^64 - 2
    10: 0x7FC0, 11: 0,  # f32 NaN
    20: 0x4366, 21: 0x3333,  # f32 230.2
    30: 0b0000_0000_0000_0101,  # two bits set
    40: 0x8000,  # i16 -32768
    50: 0x3FB9, 51: 0x9999, 52: 0x9999, 53: 0x999A,  # f64 0.1
    60: 0xC581, 61: 0xC3B3, 62: 0x64C5, 63: 0xBA00,  # two bytes of UTF-8 a register
}  # fmt: skip


@pytest.fixture
def device():
    """A device in a few lines: functions 3, 6 and 16, exception 2 for what it does not have."""
    registers, port = dict(REGISTERS), free_port()
    listener = socket.create_server(("127.0.0.1", port))

    def answer(frame):
        unit, function, address, word = struct.unpack(">BBHH", frame[6:12])
        if function == 3:
            words = [registers.get(address + n) for n in range(word)]
            if None in words:
                return bytes([unit, 0x83, 2])
            return struct.pack(f">BBB{word}H", unit, 3, 2 * word, *words)
        if function == 6:
            registers[address] = word
        else:
            registers.update({address + n: v for n, v in enumerate(struct.unpack(f">{word}H", frame[13:]))})
        return frame[6:12]

    def client(stream):
        while header := stream.recv(6):
            frame = header + stream.recv(struct.unpack(">H", header[4:])[0])
            pdu = answer(frame)
            stream.sendall(frame[:4] + struct.pack(">H", len(pdu)) + pdu)

    def accept():
        while True:
            threading.Thread(target=client, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return port, registers


def test_nothing_is_lost_between_register_and_reply(server, device):
    port, registers = device
    bit = {"type": "bit", "isProgrammable": True}
    parameters = [
        parameter("wide", 0, type="u64-be"),
        parameter("nan", 10, type="f32-be"),
        parameter("volts", 20, type="f32-be"),
        parameter("double", 50, type="f64-be"),
        parameter("low", 40, type="i16-be", multiplier="0.01", shift="-1", unit="bar"),
        parameter("city", 60, type="str2", length=4),
        parameter("bit0", 30, bitPosition=0, **bit),
        parameter("bit1", 30, bitPosition=1, **bit),
        parameter("bit2", 30, bitPosition=2, texts={"en": {"1": "Open"}, "pl": {"1": "Otwarty"}}, **bit),
    ]
    unit = {"name": "meter", "modbusUnitId": 1, "updatePeriodSec": 1, "readGroupSize": 30, "parameters": parameters}
    assert server.apply(plant([network("bus", port, [unit])])).returncode == 0
    server.start()
    ids = {name: id for (_, name), id in server.params().items()}

    def last(lang="en"):
        reply = server.api(f"/params/last-readings/?paramIds={','.join(map(str, ids.values()))}&lang={lang}")
        return {name: reply[str(id)].get("formattedValue", reply[str(id)].get("err")) for name, id in ids.items()}

    eventually(lambda: last()["bit2"] == "Open")
    assert last() == {
        "wide": "18446744073709551614", "nan": "no-value", "volts": "230.2", "double": "0.1", "low": "-328.68 bar", "city": "Łódź",
        "bit0": "True", "bit1": "False", "bit2": "Open",
    }  # fmt: skip
    assert last("pl") | {} == last() | {"bit0": "Prawda", "bit1": "Fałsz", "bit2": "Otwarty"}
    assert server.readings(ids["wide"])[0][1] == 2**64 - 2
    assert server.readings(ids["nan"])[0][1] is None
    assert server.readings(ids["city"])[0][1] is None, "no number"
    assert server.api(f"/param/{ids['bit1']}/write/", {"newValue": "true"})["ok"]["newValue"] == "1"
    assert registers[30] == 0b111, "the register's other bits stay"
    assert server.api(f"/param/{ids['bit0']}/write/", {"newValue": "0"})["ok"]["oldValue"] == "1"
    assert registers[30] == 0b110


def test_organizations_do_not_see_each_other(server):
    other = KEY.replace("513cf747", "613cf747")
    content = plant([network("bus", 5020, [])])
    keys = [{"apiKey": other, "password": PASSWORD}]
    content["organizations"].append({"name": "Rival", "users": [{"name": "bob", "role": "owner", "keys": keys}]})
    assert server.apply(content).returncode == 0
    server.start()
    assert [org["orgName"] for org in server.api("/user/orgs/")] == ["Works"]
    headers = {"Content-Type": "application/json"}
    _, reply = server.raw("/authenticate/", {"apiKey": other, "password": PASSWORD}, headers)
    status, error = server.raw("/net/1/", None, headers | {"Authorization": f"token {reply['token']}"})
    assert (status, error["errorCode"]) == (404, "ObjectNotFound")


def test_a_disabled_network_is_left_alone(server, device):
    port, _ = device
    unit = {"name": "meter", "modbusUnitId": 1, "updatePeriodSec": 1, "parameters": [parameter("p", 20)]}
    assert server.apply(plant([network("bus", port, [unit]) | {"disabled": True}])).returncode == 0
    server.start()
    (net,) = server.api("/org/1/nets/")
    assert net["disabledBy"] == "admin" and net["disabledOn"].endswith("Z")
    light = server.api("/org/1/dashboard/light/?lang=en&expandedNetworkIds=1")["networks"][0]
    assert light["isConnected"] is False
    assert light["devices"][0]["nextReadMsgCode"] == "disabled"
    # A file that does not say so leaves it as it is.
    assert server.apply(plant([network("bus", port, [unit])])).returncode == 0
    assert server.api("/org/1/nets/")[0]["disabledBy"] == "admin"
    assert server.apply(plant([network("bus", port, [unit]) | {"disabled": False}])).returncode == 0
    eventually(lambda: server.readings(1))
