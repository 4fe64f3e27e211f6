"""Peers in threads, and the wire between them and what is tested."""

import asyncio
import contextlib
import os
import pty
import select
import threading
import tty

from pymodbus.simulator import DataType, SimData, SimDevice


@contextlib.contextmanager
def cable():
    """Two serial ports, each of which hears what the other says."""
    (left, left_port), (right, right_port) = pty.openpty(), pty.openpty()
    for port in (left_port, right_port):
        tty.setraw(port)
    end, ended = os.pipe()

    def carry():
        while True:
            readable, _, _ = select.select([left, right, end], [], [])
            if end in readable:
                return
            for heard, other in [(left, right), (right, left)]:
                if heard in readable:
                    os.write(other, os.read(heard, 256))

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    try:
        yield os.ttyname(left_port), os.ttyname(right_port)
    finally:
        os.write(ended, b"-")
        thread.join(5)
        for file in (left, left_port, right, right_port, end, ended):
            os.close(file)


@contextlib.contextmanager
def pymodbus(make, unit, coils, discrete, registers, inputs):
    """A pymodbus server of one unit in a thread of its own."""
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def serve():
        content = [
            SimData(0, values=[bool(bit) for bit in coils], datatype=DataType.BITS),
            SimData(0, values=[bool(bit) for bit in discrete], datatype=DataType.BITS),
            SimData(0, values=registers, datatype=DataType.REGISTERS),
            SimData(0, values=inputs, datatype=DataType.REGISTERS),
        ]
        server = make(SimDevice(unit, simdata=tuple([data] for data in content)))
        await server.serve_forever(background=True)
        ready.set()
        await done.wait()
        await server.shutdown()

    done = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
