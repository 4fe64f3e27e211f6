"""Sessions of Python and Node against pymodbus and libmodbus, both ways, on TCP and serial ports."""

import concurrent.futures
import contextlib
import ctypes
import functools
import json
import pathlib
import shutil
import socket
import subprocess
import threading

import parabus.session
import pytest
from conftest import free_port
from libmodbus import Client, TcpClient, TcpUnit, Unit
from peers import cable, pymodbus
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

ROOT = pathlib.Path(__file__).parents[2]
NODE = ["node", str(ROOT / "tests/run/sessions.mjs"), "--addon"]
UNIT = 7
COILS, DISCRETE = [False] * 16, [True, False] * 8
REGISTERS, INPUTS = list(range(1000, 1200)), [17254, 13107, 65486]
CONTENT = (COILS, DISCRETE, REGISTERS, INPUTS)
FRAMERS = {"tcp": FramerType.SOCKET, "rtu": FramerType.RTU, "ascii": FramerType.ASCII}

# Transport, and the rate of the line: None is TCP.
WIRES = [("tcp", None), ("rtu", None), ("ascii", None), ("rtu", 9600), ("rtu", 115200), ("ascii", 9600)]
LIBMODBUS_WIRES = [("tcp", None), ("rtu", 9600), ("rtu", 115200)]

CALLS = [
    ("read", UNIT, "holding", 3, 2),
    ("read", UNIT, "holding", 0, 130),  # Two requests.
    ("read", UNIT, "input", 0, 3),
    ("read", UNIT, "discrete-input", 0, 3),
    ("write", UNIT, "holding", 10, [4711]),
    ("write", UNIT, "holding", 11, [1, 65535]),
    ("write", UNIT, "coil", 2, [True]),
    ("write", UNIT, "coil", 3, [True, False, True]),
    ("read", UNIT, "holding", 10, 3),
    ("read", UNIT, "coil", 0, 8),
    ("read", UNIT, "holding", 5000, 1),
]
GIVEN = [
    [1003, 1004], list(range(1000, 1130)), INPUTS, [True, False, True], None, None, None, None,
    [4711, 1, 65535], [False, False, True, True, False, True, False, False], {"error": "ModbusException", "code": 2},
]  # fmt: skip


@pytest.fixture(scope="session")
def addon(tmp_path_factory):
    """The package as npm would install it beside serialport."""
    modules = tmp_path_factory.mktemp("node") / "node_modules"
    shutil.copytree(ROOT / "target/dist/node", modules / "parabus")
    (modules / "serialport").symlink_to(ROOT / "tests/node_modules/serialport")
    return str(modules / "parabus")


def python_client(wire, **to):
    transport, baud = wire
    options = {"transport": transport, "timeout_ms": 2000}
    session = parabus.session.Session
    with session.serial(to["path"], baud, parity="N", **options) if baud else session.connect("127.0.0.1", **to, **options) as plant:
        done = []
        for name, *words in CALLS:
            try:
                done.append(getattr(plant, name)(*words))
            except parabus.session.ModbusException as error:
                done.append({"error": type(error).__name__, "code": error.exception_code})
        return done


def node_client(wire, addon, **to):
    transport, baud = wire
    place = {"baud": baud, "parity": "none", **to} if baud else {"host": "127.0.0.1", **to}
    call = {"connect": {"transport": transport, "timeoutMs": 2000, **place}, "calls": CALLS}
    run = subprocess.run([*NODE, addon, "--client", json.dumps(call)], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(params=[python_client, node_client])
def client(request):
    if request.param is python_client:
        return python_client
    return functools.partial(node_client, addon=request.getfixturevalue("addon"))


@pytest.mark.parametrize("wire", WIRES, ids=str)
def test_a_client_reads_and_writes_pymodbus(client, wire):
    transport, baud = wire
    framer = FRAMERS[transport]
    if baud:
        with (
            cable() as (near, far),
            pymodbus(lambda unit: ModbusSerialServer(unit, framer=framer, port=far, baudrate=baud), UNIT, *CONTENT),
        ):
            assert client(wire, path=near) == GIVEN
    else:
        address = ("127.0.0.1", free_port())
        with pymodbus(lambda unit: ModbusTcpServer(unit, framer=framer, address=address), UNIT, *CONTENT):
            assert client(wire, port=address[1]) == GIVEN


@pytest.mark.parametrize("wire", LIBMODBUS_WIRES, ids=str)
def test_a_client_reads_and_writes_libmodbus(client, wire):
    _, baud = wire
    if baud:
        with cable() as (near, far), contextlib.closing(Unit(far, baud, UNIT, *CONTENT)):
            assert client(wire, path=near) == GIVEN
    else:
        port = free_port()
        with contextlib.closing(TcpUnit(port, *CONTENT)):
            assert client(wire, port=port) == GIVEN


def bank():
    tables = zip(("coil", "discrete-input", "holding", "input"), CONTENT)
    return {kind: dict(enumerate(items)) for kind, items in tables}


@contextlib.contextmanager
def python_server(wire, path=None):
    transport, baud = wire
    tables = bank()
    if baud:
        served = parabus.session.serve_serial([UNIT], tables, path, baud, transport=transport, parity="N")
    else:
        served = parabus.session.serve([UNIT], tables, port=0, transport=transport)
    with served:
        yield served.port, lambda: tables


@contextlib.contextmanager
def node_server(wire, path=None, *, addon):
    transport, baud = wire
    place = {"path": path, "baud": baud, "parity": "none"} if baud else {"port": 0}
    call = {"unitIds": [UNIT], "bank": bank(), "serve": {"transport": transport, **place}}
    words = [*NODE, addon, "--server", json.dumps(call)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def left():
        process.stdin.close()
        tables = json.loads(process.stdout.readline())
        return {kind: {int(address): item for address, item in table.items()} for kind, table in tables.items()}

    try:
        yield json.loads(process.stdout.readline())["port"], left
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture(params=[python_server, node_server])
def server(request):
    if request.param is python_server:
        return python_server
    return functools.partial(node_server, addon=request.getfixturevalue("addon"))


def is_as_written(tables):
    holding, coils = tables["holding"], tables["coil"]
    assert [holding[address] for address in range(9, 14)] == [1009, 4711, 1, 65535, 1013]
    assert [coils[address] for address in range(8)] == [False, False, True, True, False, True, False, False]
    return True


@pytest.mark.parametrize("wire", WIRES, ids=str)
def test_pymodbus_reads_and_writes_a_server(server, wire):
    transport, baud = wire
    with cable() if baud else contextlib.nullcontext((None, None)) as (near, far), server(wire, far) as (port, left):
        options = {"framer": FRAMERS[transport], "timeout": 3, "retries": 0}
        peer = (
            ModbusSerialClient(near, baudrate=baud, **options) if baud else ModbusTcpClient("127.0.0.1", port=port, **options)
        )
        with contextlib.closing(peer):
            assert peer.connect()
            assert peer.read_holding_registers(3, count=2, device_id=UNIT).registers == [1003, 1004]
            assert peer.read_input_registers(0, count=3, device_id=UNIT).registers == INPUTS
            assert peer.read_discrete_inputs(0, count=3, device_id=UNIT).bits[:3] == [True, False, True]
            peer.write_register(10, 4711, device_id=UNIT)
            peer.write_registers(11, [1, 65535], device_id=UNIT)
            peer.write_coil(2, True, device_id=UNIT)
            peer.write_coils(3, [True, False, True], device_id=UNIT)
            assert peer.mask_write_register(address=20, and_mask=0xF2, or_mask=0x25, device_id=UNIT).isError() is False
            both = peer.readwrite_registers(read_address=10, read_count=3, write_address=30, values=[9], device_id=UNIT)
            assert both.registers == [4711, 1, 65535]
            assert peer.read_coils(0, count=8, device_id=UNIT).bits[:6] == [False, False, True, True, False, True]
            assert peer.read_holding_registers(5000, count=1, device_id=UNIT).exception_code == 2
        tables = left()
        assert is_as_written(tables)
        assert (tables["holding"][20], tables["holding"][30]) == (1020 & 0xF2 | 0x25 & ~0xF2, 9)


@pytest.mark.parametrize("wire", LIBMODBUS_WIRES, ids=str)
def test_libmodbus_reads_and_writes_a_server(server, wire):
    _, baud = wire
    with cable() if baud else contextlib.nullcontext((None, None)) as (near, far), server(wire, far) as (port, left):
        with contextlib.closing(Client(near, baud) if baud else TcpClient(port)) as peer:
            peer.unit(UNIT, 3000)
            assert peer.registers("read_registers", 3, 2) == [1003, 1004]
            assert peer.registers("read_input_registers", 0, 3) == INPUTS
            assert peer.bits("read_input_bits", 0, 3) == [1, 0, 1]
            peer.checked("write_register", 10, 4711)
            peer.checked("write_registers", 11, 2, (ctypes.c_uint16 * 2)(1, 65535))
            peer.checked("write_bit", 2, 1)
            peer.checked("write_bits", 3, 3, (ctypes.c_uint8 * 3)(1, 0, 1))
            assert peer.bits("read_bits", 0, 6) == [0, 0, 1, 1, 0, 1]
            with pytest.raises(OSError, match="Illegal data address"):
                peer.registers("read_registers", 5000, 1)
        assert is_as_written(left())


def test_a_connection_that_breaks_is_made_anew():
    tables = bank()
    served = parabus.session.serve([UNIT], tables, port=0)
    with parabus.session.Session.connect("127.0.0.1", served.port, timeout_ms=500) as plant:
        assert plant.read(UNIT, "holding", 3) == [1003]
        served.close()
        with pytest.raises((ConnectionError, TimeoutError)):
            plant.read(UNIT, "holding", 3)
        with pytest.raises(ConnectionError, match="cannot connect"):
            plant.read(UNIT, "holding", 3)
        with parabus.session.serve([UNIT], tables, port=served.port):
            assert plant.read(UNIT, "holding", 3) == [1003]


def test_a_silent_device_and_one_that_speaks_something_else():
    with parabus.session.serve([UNIT], bank(), port=0, transport="rtu") as served:
        connect = parabus.session.Session.connect
        with connect("127.0.0.1", served.port, transport="rtu", timeout_ms=100, retries=1) as plant:
            with pytest.raises(TimeoutError, match="no reply from unit 8"):
                plant.read(8, "holding", 0)
            assert plant.read(UNIT, "holding", 0) == [1000]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plant = connect("127.0.0.1", listener.getsockname()[1])
        other, _ = listener.accept()
        other.sendall(b"HTTP/1.1 400 Bad Request")
        with plant, other, pytest.raises(ConnectionError, match="does not speak Modbus"):
            plant.read(1, "holding", 0)


def test_a_bank_of_functions_and_its_failures():
    class Plant:
        def read(self, unit_id, kind, address, count):
            if address == 1:
                return None
            if address == 2:
                return 6
            if address == 3:
                raise RuntimeError("the pump is gone")
            return [unit_id * 1000 + address + index for index in range(count)]

        def write(self, unit_id, kind, address, values):
            self.written = (unit_id, kind, address, values)
            return address != 9

    own = Plant()
    with parabus.session.serve([1, 2], own, port=0) as served:
        with parabus.session.Session.connect("127.0.0.1", served.port, timeout_ms=300) as plant:
            assert plant.read(2, "input", 10, 2) == [2010, 2011]
            for address, code in [(1, 2), (2, 6)]:
                with pytest.raises(parabus.session.ModbusException) as refused:
                    plant.read(1, "holding", address)
                assert refused.value.exception_code == code
            with pytest.raises(TimeoutError):
                plant.read(1, "holding", 3)
            plant.write(1, "coil", 5, [True, False])
            assert own.written == (1, "coil", 5, [True, False])
            with pytest.raises(parabus.session.ModbusException, match="illegal data address"):
                plant.write(1, "holding", 9, [1])


def test_closing_ends_a_request_that_waits():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plant = parabus.session.Session.connect("127.0.0.1", listener.getsockname()[1], timeout_ms=60_000)
        timer = threading.Timer(0.1, plant.close)
        timer.start()
        with pytest.raises(ConnectionError, match="the session was closed"):
            plant.read(1, "holding", 0)
        with pytest.raises(ConnectionError, match="the session is closed"):
            plant.read(1, "holding", 0)


def test_threads_share_a_session():
    registers = list(range(1000))
    with parabus.session.serve([1], {"holding": registers}, port=0) as served:
        with parabus.session.Session.connect("127.0.0.1", served.port) as plant:

            def ask(start):
                return all(plant.read(1, "holding", start, 5) == registers[start : start + 5] for _ in range(50))

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                assert all(pool.map(ask, range(0, 800, 100)))
            for words, error, text in [
                ((1, "holding", 0, 0), ValueError, "`count` is 0, expected an int 1 to 65536"),
                ((1, "holding", 65535, 2), ValueError, "`count` is 2, expected an int 1 to 1"),
                ((1, "holding", -1), ValueError, "`address` is -1, expected an int 0 to 65535"),
                ((1, "holding", "0"), TypeError, "`address` is '0', expected an int"),
                ((None, "holding", 0), TypeError, "`unit_id` is None, expected an int 0 to 255"),
            ]:
                with pytest.raises(error, match=text):
                    plant.read(*words)


def test_node_refuses_what_is_no_number_in_range(addon):
    with parabus.session.serve([1], {"holding": [5, 6]}, port=0) as served:
        bad = [[1, "holding", None, 1], [1, "holding", "0", 1], [1, "holding", -1], [1.5, "holding", 0], [1, "holding", 65535, 2]]
        call = {"connect": {"host": "127.0.0.1", "port": served.port}, "calls": [["read", *words] for words in bad]}
        call["calls"] += [["write", 300, "holding", 0, [1]], ["read", 1, "holding", 0, 2]]
        run = subprocess.run([*NODE, addon, "--client", json.dumps(call)], capture_output=True, text=True, timeout=60)
        assert [each if isinstance(each, list) else each["error"] for each in json.loads(run.stdout)] == ["RangeError"] * 6 + [[5, 6]], run.stderr
