"""pymodbus servers in place of the simulated plant, read and written by the same binary."""

import asyncio
import concurrent.futures
import threading

import pytest
from conftest import eventually, free_port, network, parameter, plant
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


@pytest.fixture
def device():
    """A pymodbus device: unit 7 with 40 registers counting from 1000, and 16 coils."""
    port = free_port()
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def serve():
        registers = SimData(0, values=list(range(1000, 1040)), datatype=DataType.REGISTERS)
        coils = SimData(0, values=[False] * 16, datatype=DataType.BITS)
        discrete = SimData(0, values=[True] * 16, datatype=DataType.BITS)
        inputs = SimData(0, values=[17254, 13107, 65486], datatype=DataType.REGISTERS)
        unit = SimDevice(7, simdata=([coils], [discrete], [registers], [inputs]))
        server = ModbusTcpServer(unit, address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        ready.set()
        await done.wait()
        await server.shutdown()

    done = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield port
    loop.call_soon_threadsafe(done.set)
    thread.join(10)


def test_values_are_read_stored_and_written(server, device):
    parameters = [
        parameter("plain", 3),
        parameter("scaled", 5, multiplier="0.1", unit="°C", isProgrammable=True, max=200),
        parameter("wide", 10, type="u32-be", isProgrammable=True),
        parameter("coil", 2, registerKind="coil", type="bit", isProgrammable=True),
        parameter("switch", 1, registerKind="discrete-input", type="bit"),
        parameter("volts", 0, registerKind="input", type="f32-be", precision=1, unit="V"),
        parameter("signed", 2, registerKind="input", type="i16-be", multiplier="0.1"),
        parameter("missing", 500),
    ]
    meter = {"name": "meter", "modbusUnitId": 7, "updatePeriodSec": 1, "readGroupSize": 20, "parameters": parameters}
    assert server.apply(plant([network("bus", device, [meter])])).returncode == 0
    server.start()
    ids = {name: id for (_, name), id in server.params().items()}
    query = f"/params/last-readings/?paramIds={','.join(map(str, ids.values()))}&lang=en"

    def last():
        reply = server.api(query)
        return {name: reply[str(id)].get("formattedValue") for name, id in ids.items()}

    eventually(lambda: last()["signed"])
    assert last() == {
        "plain": "1003", "scaled": "100.5 °C", "wide": str(1010 * 65536 + 1011), "coil": "False",
        "switch": "True", "volts": "230.2 V", "signed": "-5.0", "missing": None,
    }  # fmt: skip

    def write(name, value):
        return server.api(f"/param/{ids[name]}/write/", {"newValue": value, "lang": "en"})

    written = {"oldValue": "100.5", "newValue": "21.5", "formattedValue": "21.5 °C"}
    assert write("scaled", "21.57") == {"ok": written}
    assert write("wide", "4294967295")["ok"]["newValue"] == "4294967295"
    assert write("coil", "1")["ok"] == {"oldValue": "0", "newValue": "1", "formattedValue": "True"}
    assert "above the highest" in write("scaled", "200.1")["err"]
    assert write("plain", "1") == {"err": "the parameter is not programmable"}
    realtime = server.api(query.replace("last-readings", "read-realtime"))
    assert realtime[str(ids["scaled"])] == {"value": "21.5", "formattedValue": "21.5 °C"}
    assert realtime[str(ids["coil"])]["formattedValue"] == "True"
    assert realtime[str(ids["missing"])] == {"err": "IllegalDataAddress"}
    eventually(lambda: last()["wide"] == "4294967295")
    assert server.readings(ids["plain"])[0][1] == 1003
    assert server.readings(ids["missing"])[0][1] is None

    raw = {"deviceModbusId": 7, "connection": {"kind": "direct", "ip": "127.0.0.1", "port": device}}
    group = raw | {"address": 20, "kind": "holding"}
    assert server.api("/raw/write-register-group/", group | {"value": [1, 2, 3]}) == {"status": "ok"}
    assert server.api("/raw/read-register-group/", group | {"registersNum": 4}) == {"ok": [1, 2, 3, 1023]}
    refused = server.api("/raw/read-register-group/", raw | {"address": 500, "kind": "holding", "registersNum": 1})
    assert refused == {"err": "MODBUS exception during reading register 500h: IllegalDataAddress"}


def test_parameters_are_read_and_changed_by_reference(server, device):
    parameters = [
        parameter("Flow", 5, multiplier="0.1", unit="°C", isProgrammable=True, max=200),
        parameter("Count", 10, type="u32-be", isProgrammable=True),
        parameter("Low bit", 20, type="bit", bitPosition=0, isProgrammable=True),
        parameter("High bit", 20, type="bit", bitPosition=15, isProgrammable=True),
        parameter("Coil", 2, registerKind="coil", type="bit", isProgrammable=True),
        parameter("Volts", 0, registerKind="input", type="f32-be", precision=1, unit="V"),
    ]
    meter = {"name": "Meter", "modbusUnitId": 7, "updatePeriodSec": 1, "readGroupSize": 20, "parameters": parameters}
    assert server.apply(plant([network("Bus", device, [meter])])).returncode == 0
    server.start()
    ids = {name: id for (_, name), id in server.params().items()}

    def by_reference(action, param, **more):
        return server.api(f"/org/1/params/{action}/", {"param": param, **more})

    def values(*tokens):
        reply = server.api("/org/1/params/get-param-values/", {"params": " ".join(tokens)})
        assert list(reply) == sorted(tokens)
        return [reply[token] for token in tokens]

    assert server.api("/org/1/params/get-id-by-reference/", "bus>7>5") == {"id": ids["Flow"]}
    assert server.api("/org/1/params/get-id-by-reference/", "127.0.0.1>7>coil>2") == {"id": ids["Coil"]}
    eventually(lambda: values("meter.flow") == ["100.5 °C"])
    tokens = ["*meter>5", "*meter.volts", "*bus>7>2c", "conn?bus", "!-7.50", "meter>6", "*meter>input>0i"]
    assert values(*tokens) == [100.5, 230.2, 0, 1, -7.5, "NOP", 230.2]

    assert by_reference("save-param-value", "meter>holding>5", value="21.57") == {
        "ok": {"oldValue": "100.5", "newValue": "21.5"}
    }
    assert by_reference("increment", "[flow]", amount="-0.5") == {"ok": {"oldValue": "21.5", "newValue": "21.0"}}
    assert by_reference("toggle", "[coil]", default="0", on="1") == {"ok": {"oldValue": "0", "newValue": "1"}}
    assert by_reference("toggle", "[coil]", default="0", on="1") == {"ok": {"oldValue": "1", "newValue": "0"}}
    assert by_reference("increment", "[volts]", amount="1") == {"err": "the parameter is not programmable"}

    # Many callers at once: no change is lost, also of bits that stand in one register.
    server.api("/org/1/params/save-param-value/", {"param": "[count]", "value": "4294967000"})
    calls = [("increment", "[count]", {"amount": "5"})] * 20
    calls += [("toggle", name, {"default": "0", "on": "1"}) for name in ("[low-bit]", "[high-bit]")] * 5
    before = values("*[low-bit]", "*[high-bit]")
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda call: by_reference(call[0], call[1], **call[2]), calls))
    assert all("ok" in reply for reply in replies), replies
    assert values("*[count]") == [4294967100]
    assert values("*[low-bit]", "*[high-bit]") == [1 - bit for bit in before]

    # Deleted while it is read in the background: the others go on.
    assert server.api("/params/delete/", {"paramIds": [ids["Coil"]]}) == {}
    kept = len(server.readings(ids["Flow"]))
    eventually(lambda: len(server.readings(ids["Flow"])) > kept + 1)
    assert values("[coil]", "*[coil]") == ["NOP", "NOP"]
    widgets = server.api("/device/1/widgets/?lang=en")
    assert [widget["name"] for widget in widgets] == ["Flow", "Count", "Low bit", "High bit", "Volts"]
    assert widgets[0]["formatedLastValue"] == "21.0 °C"
