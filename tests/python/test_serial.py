"""Serial lines: pymodbus and libmodbus as units of the server, libmodbus as a client of the simulator."""

import contextlib
import json
import pathlib

import pytest
from conftest import eventually, free_port, parameter, plant, simulator
from libmodbus import Client, Unit
from peers import cable, pymodbus
from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

UNIT = 7
BAUD = 19200
REGISTERS = list(range(1000, 1040))
INPUTS = [17254, 13107, 65486]
COILS, DISCRETE = [0] * 16, [1] * 16
CONTENT = (UNIT, COILS, DISCRETE, REGISTERS, INPUTS)


def own(sending: bool, data: bytes) -> bytes:
    """pymodbus answers for units that are not there; on a bus nobody does."""
    return data if not sending or data[0] == UNIT else b""


@contextlib.contextmanager
def pymodbus_over_tcp():
    address = ("127.0.0.1", free_port())
    with pymodbus(lambda unit: ModbusTcpServer(unit, framer=FramerType.RTU, address=address, trace_packet=own), *CONTENT):
        yield {"kind": "direct", "ip": address[0], "port": address[1], "framing": "rtu"}


@contextlib.contextmanager
def pymodbus_on_a_port():
    with (
        cable() as (near, far),
        pymodbus(lambda unit: ModbusSerialServer(unit, port=far, baudrate=BAUD, trace_packet=own), *CONTENT),
    ):
        yield {"kind": "serial", "path": near, "baud": BAUD}


@contextlib.contextmanager
def libmodbus_on_a_port():
    with cable() as (near, far), contextlib.closing(Unit(far, BAUD, UNIT, COILS, DISCRETE, REGISTERS, INPUTS)):
        yield {"kind": "serial", "path": near, "baud": BAUD, "parity": "none", "stopBits": 1}


@pytest.mark.parametrize("peer", [pymodbus_over_tcp, pymodbus_on_a_port, libmodbus_on_a_port])
def test_a_unit_is_read_stored_and_written(server, peer):
    parameters = [
        parameter("plain", 3),
        parameter("scaled", 5, multiplier="0.1", unit="°C", isProgrammable=True),
        parameter("wide", 10, type="u32-be", isProgrammable=True),
        parameter("coil", 2, registerKind="coil", type="bit", isProgrammable=True),
        parameter("switch", 1, registerKind="discrete-input", type="bit"),
        parameter("volts", 0, registerKind="input", type="f32-be", precision=1, unit="V"),
        parameter("missing", 500),
    ]
    common = {"updatePeriodSec": 1, "readGroupSize": 20, "timeoutMs": 500}
    meter = {"name": "meter", "modbusUnitId": UNIT, "parameters": parameters, **common}
    away = {"name": "away", "modbusUnitId": 9, "parameters": [parameter("plain", 3)], **common}
    with peer() as connection:
        content = plant([{"name": "bus", "connection": connection, "devices": [meter, away]}])
        applied = server.apply(content)
        assert applied.returncode == 0, applied.stderr
        server.start()
        ids = {name: id for (device, name), id in server.params().items() if device == "meter"}
        query = f"/params/last-readings/?paramIds={','.join(map(str, ids.values()))}&lang=en"

        def last():
            reply = server.api(query)
            return {name: reply[str(id)].get("formattedValue") for name, id in ids.items()}

        eventually(lambda: last()["volts"])
        assert last() == {
            "plain": "1003", "scaled": "100.5 °C", "wide": str(1010 * 65536 + 1011), "coil": "False",
            "switch": "True", "volts": "230.2 V", "missing": None,
        }  # fmt: skip

        def write(name, value):
            return server.api(f"/param/{ids[name]}/write/", {"newValue": value, "lang": "en"})

        written = {"oldValue": "100.5", "newValue": "21.5", "formattedValue": "21.5 °C"}
        assert write("scaled", "21.5") == {"ok": written}
        assert write("wide", "4294967295")["ok"]["newValue"] == "4294967295"
        assert write("coil", "1")["ok"] == {"oldValue": "0", "newValue": "1", "formattedValue": "True"}
        realtime = server.api(query.replace("last-readings", "read-realtime"))
        assert realtime[str(ids["scaled"])] == {"value": "21.5", "formattedValue": "21.5 °C"}
        assert realtime[str(ids["missing"])] == {"err": "IllegalDataAddress"}
        absent = server.params()["away", "plain"]
        assert server.api(f"/params/read-realtime/?paramIds={absent}&lang=en") == {str(absent): {"err": "Timeout"}}
        eventually(lambda: last()["wide"] == "4294967295")
        assert server.readings(ids["plain"])[0][1] == 1003

        [net] = server.api("/org/1/nets/")
        raw = {"deviceModbusId": UNIT, "address": 20, "kind": "holding"}
        ways = [{"kind": "net-id", "networkId": net["id"]}]
        log = (server.folder / "server.log").read_text()
        if connection["kind"] == "direct":
            address = {key: connection[key] for key in ("ip", "port")}
            assert net["lid"] == {"direct": f"127.0.0.1:{connection['port']}"}
            assert f"rtu over tcp 127.0.0.1:{connection['port']}" in log
            # The address is the network's, and so is what is spoken there.
            ways.append({"kind": "direct", **address})
        else:
            address = {"ip": "", "port": 0}
            assert net["lid"] == {"direct": connection["path"]}
            assert f"serial {connection['path']} {BAUD} 8N1" in log
        assert "disconnected" not in log, "a unit that is away ends no connection"
        shown = server.api(f"/net/{net['id']}/")
        assert {key: shown[key] for key in ("ip", "port", "protocol")} == address | {"protocol": "modbustcp"}
        for way in ways:
            group = raw | {"connection": way}
            assert server.api("/raw/write-register-group/", group | {"value": [1, 2, 3]}) == {"status": "ok"}
            assert server.api("/raw/read-register-group/", group | {"registersNum": 4}) == {"ok": [1, 2, 3, 1023]}


def simulated(networks: list[dict]) -> dict:
    parameters = [
        parameter("set point", 0, isProgrammable=True),
        parameter("level", 10, registerKind="input"),
        parameter("valve", 3, registerKind="coil", type="bit", isProgrammable=True),
    ]
    for net in networks:
        net["devices"] = [
            {"name": f"unit {unit}", "modbusUnitId": unit, "updatePeriodSec": 1, "parameters": parameters}
            for unit in (1, 2)
        ]
    content = plant(networks)
    level = {"hold": 42}
    content["simulate"] = [{"network": networks[0]["name"], "device": "unit 1", "signals": {"level": level}}]
    return content


def test_libmodbus_reads_and_writes_a_simulated_line(tmp_path):
    file, port = tmp_path / "plant.yaml", tmp_path / "ttyPLANT"
    file.write_text(json.dumps(simulated([{"name": "bus", "connection": {"kind": "serial", "path": "./ttyPLANT"}}])))
    port.symlink_to("/dev/pts/999999")  # As one that was killed leaves it.
    with simulator(file, 1) as [said]:
        assert said == f"serial {port} 9600 8N1 plays `bus` (2 devices)\n"
        with contextlib.closing(Client(str(port), 9600)) as client:
            assert client.unit(1).registers("read_input_registers", 10, 1) == [42]
            client.checked("write_register", 0, 4711)
            client.checked("write_bit", 3, 1)
            assert client.registers("read_registers", 0, 1) == [4711]
            assert client.bits("read_bits", 3, 1) == [1]
            assert client.unit(2).registers("read_registers", 0, 1) == [0], "another unit"
            with pytest.raises(OSError, match="Illegal data address"):
                client.registers("read_registers", 100, 1)
            assert client.unit(9, 200).is_silent(), "no unit, no exception"
            # To everyone: done by all, answered by none, though this client waits for an answer.
            with pytest.raises(TimeoutError):
                client.unit(0, 200).checked("write_register", 0, 7)
            assert [client.unit(unit).registers("read_registers", 0, 1) for unit in (1, 2)] == [[7], [7]]
            assert client.unit(1).registers("read_input_registers", 10, 1) == [42]
    assert not port.is_symlink(), "the link goes with the simulator"


def test_server_and_simulator_meet_by_the_same_file(server):
    direct = {"kind": "direct", "ip": "127.0.0.1", "port": free_port(), "framing": "rtu"}
    serial = {"kind": "serial", "path": "ttyPLANT", "baud": 115200, "parity": "even"}
    content = simulated([{"name": "stream", "connection": direct}, {"name": "line", "connection": serial}])
    applied = server.apply(content)
    assert applied.returncode == 0, applied.stderr
    path = server.folder / "ttyPLANT"
    assert f"+ network `stream` at rtu over tcp 127.0.0.1:{direct['port']}\n" in applied.stdout
    assert f"+ network `line` at serial {path} 115200 8E1\n" in applied.stdout
    assert server.apply(content).stdout.startswith("0 created, 0 changed")
    server.start()
    query = f"/params/last-readings/?paramIds={','.join(map(str, all_ids(server)))}&lang=en"
    log = server.folder / "server.log"
    eventually(lambda: "plug the adapter in" in log.read_text())
    with simulator(server.folder / "plant.yaml", 2):
        values = eventually(lambda: all("value" in one for one in server.api(query).values()) and server.api(query), 40)
        assert sorted(one["value"] for one in values.values()) == ["0"] * 11 + ["42"]
    eventually(lambda: "the port is gone" in log.read_text() or "os error" in log.read_text())


def all_ids(server) -> list[int]:
    tree = server.api("/org/1/nets/device-param-tree/")
    devices = [device for net in tree.values() for device in net["devices"].values()]
    return [int(id) for device in devices for id in device["parameters"]]


def test_what_does_not_fit_is_refused_with_its_line(server):
    for connection, fault in [
        ({"kind": "serial"}, "connection.path: missing"),
        ({"kind": "serial", "path": "/dev/ttyS0", "parity": "some"}, "connection.parity: unknown `some`, expected none, even or odd"),
        ({"kind": "serial", "path": "/dev/ttyS0", "framing": "rtu"}, "connection.framing: only for the kinds `direct` and `vpn`"),
        ({"kind": "direct", "ip": "127.0.0.1", "baud": 9600}, "connection.baud: only for the kind `serial`"),
    ]:
        refused = server.apply(plant([{"name": "bus", "connection": connection}]))
        assert refused.returncode == 1 and fault in refused.stderr and "plant.yaml:1" in refused.stderr, refused.stderr
