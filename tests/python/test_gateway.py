"""The emulated gateway between pymodbus devices on its bus and a pymodbus client on its uplink."""

import asyncio
import contextlib
import json
import os
import pathlib
import subprocess

from conftest import PARABUS, free_port, parameter, plant
from pymodbus import FramerType
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

ELF = os.environ.get("PARABUS_GATEWAY", str(pathlib.Path(__file__).parents[2] / "target/dist/firmware/gateway-mps2-an386.elf"))
UNITS = (1, 2, 247)


def device(unit: int) -> SimDevice:
    registers = SimData(0, values=[unit * 100 + n for n in range(60)], datatype=DataType.REGISTERS)
    inputs = SimData(0, values=[unit * 100 + 50 + n for n in range(125)], datatype=DataType.REGISTERS)
    coils = SimData(0, values=[n % 3 == 0 for n in range(32)], datatype=DataType.BITS)
    discrete = SimData(0, values=[True] * 16, datatype=DataType.BITS)
    return SimDevice(unit, simdata=([coils], [discrete], [registers], [inputs]))


def image(folder: pathlib.Path) -> pathlib.Path:
    """Packs a plant of these units: 125 input registers, four holding ones, two coils each."""
    points = [parameter(f"input {n}", n, registerKind="input") for n in range(125)]
    points += [parameter(f"holding {n}", n) for n in range(4)]
    points += [parameter(f"coil {n}", n, registerKind="coil", type="bit") for n in (30, 31)]
    one = {"updatePeriodSec": 1, "timeoutMs": 300, "readGroupSize": 125, "parameters": points}
    devices = [{"name": f"unit {unit}", "modbusUnitId": unit, **one} for unit in UNITS]
    connection = {"kind": "direct", "ip": "127.0.0.1", "port": 1}
    file = folder / "plant.yaml"
    file.write_text(json.dumps(plant([{"name": "bus", "connection": connection, "devices": devices}])))
    packed = folder / "gateway.bin"
    words = ["gateway", "pack", str(file), "--network", "bus", "--baud", "115200", "--output", str(packed)]
    result = subprocess.run([PARABUS, *words], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "3 units, 9 requests a round" in result.stdout
    return packed


@contextlib.asynccontextmanager
async def gateway(packed: pathlib.Path, log: pathlib.Path, dead=()):
    """Devices, of which some are dead, the emulator, and a client of its uplink."""
    bus, uplink = free_port(), free_port()

    def silent(sending: bool, data: bytes) -> bytes:
        return b"" if sending and data[:1] in [bytes([unit]) for unit in dead] else data

    devices, address = [device(unit) for unit in UNITS], ("127.0.0.1", bus)
    server = ModbusTcpServer(devices, framer=FramerType.RTU, address=address, trace_packet=silent)
    await server.serve_forever(background=True)
    words = ["qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none", "-kernel", ELF]
    words += ["-semihosting-config", "enable=on,target=native"]
    words += ["-device", f"loader,file={packed},addr=0x300000,force-raw=on"]
    words += ["-serial", f"tcp:127.0.0.1:{bus},nodelay=on"]
    words += ["-serial", f"tcp:127.0.0.1:{uplink},server=on,wait=off,nodelay=on"]
    with open(log, "w") as output:
        emulator = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    client = AsyncModbusTcpClient("127.0.0.1", port=uplink, framer=FramerType.RTU, timeout=3)
    try:
        for _ in range(100):
            if await client.connect():
                break
            await asyncio.sleep(0.05)
        assert emulator.poll() is None, log.read_text()
        yield client, server, emulator
    finally:
        client.close()
        emulator.kill()
        emulator.wait()
        await server.shutdown()


def test_devices_are_read_and_written_through_the_gateway(tmp_path):
    async def run():
        async with gateway(image(tmp_path), tmp_path / "qemu.log") as (client, _, _):
            await asyncio.sleep(2)
            for unit in UNITS:
                reply = await client.read_input_registers(0, count=125, device_id=unit)
                assert reply.registers == [unit * 100 + 50 + n for n in range(125)]
                reply = await client.read_holding_registers(0, count=4, device_id=unit)
                assert reply.registers == [unit * 100 + n for n in range(4)]
                reply = await client.read_coils(30, count=2, device_id=unit)
                assert reply.bits[:2] == [True, False]
            # Not polled: passed on, and the unit's own refusal comes back.
            assert (await client.read_holding_registers(50, count=2, device_id=2)).registers == [250, 251]
            assert (await client.read_holding_registers(60, count=1, device_id=2)).exception_code == 2
            assert not (await client.write_register(2, 4711, device_id=1)).isError()
            assert (await client.read_holding_registers(1, count=2, device_id=1)).registers == [101, 4711]
            assert not (await client.write_registers(0, [1, 2, 3], device_id=247)).isError()
            assert not (await client.write_coil(31, True, device_id=247)).isError()
            assert (await client.read_holding_registers(0, count=3, device_id=247)).registers == [1, 2, 3]
            assert (await client.read_coils(30, count=2, device_id=247)).bits[:2] == [True, True]
            # A changed register arrives with the next round, without a question to the bus.
            await asyncio.sleep(1.5)
            assert (await client.read_holding_registers(0, count=3, device_id=247)).registers == [1, 2, 3]

    asyncio.run(run())


def test_a_unit_that_is_not_there_answers_exception_11_and_holds_up_nobody(tmp_path):
    async def run():
        async with gateway(image(tmp_path), tmp_path / "qemu.log", dead=[2]) as (client, _, _):
            await asyncio.sleep(4)
            assert (await client.read_input_registers(0, count=1, device_id=2)).exception_code == 11
            for unit in (1, 247):
                reply = await client.read_input_registers(0, count=2, device_id=unit)
                assert reply.registers == [unit * 100 + 50, unit * 100 + 51]

    asyncio.run(run())


def test_without_an_image_it_says_why_it_stops(tmp_path):
    empty = tmp_path / "empty.bin"
    empty.write_bytes(b"\xff" * 64)
    words = ["qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none", "-kernel", ELF]
    words += ["-semihosting-config", "enable=on,target=native", "-serial", "null", "-serial", "null"]
    words += ["-device", f"loader,file={empty},addr=0x300000,force-raw=on"]
    result = subprocess.run(words, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    assert result.returncode == 1
    said = result.stdout + result.stderr
    assert "no gateway image at byte 0, expected `PBG1`" in said and "gateway.rs:" in said, said
