"""Modbus on sockets and serial ports: clients and servers for scripts, around the machines of `parabus`.

    from parabus.session import Session

    with Session.connect("192.168.1.20") as plant:
        print(plant.read(1, "holding", 100, 2))
        plant.write(1, "holding", 200, [21])

A reply counts only if it fits its request: a late, foreign or damaged one is never taken for it. A
connection that breaks is made anew by the next request. Serial ports need pyserial
(`pip install parabus[serial]`).
"""

from __future__ import annotations

import logging
import math
import operator
import socket
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol

import parabus

__all__ = ["ModbusException", "Server", "Session", "serve", "serve_serial"]

_LOG = logging.getLogger("parabus")

#: Names of the standard, 7.
_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}


class ModbusException(Exception):
    """A device refused a request.

    Attributes:
        function_code (int): of the request.
        exception_code (int): 1 to 11 of the standard, or what the device made up.
    """

    def __init__(self, unit_id: int, function_code: int, exception_code: int) -> None:
        name = _EXCEPTIONS.get(exception_code, "not in the standard")
        super().__init__(f"unit {unit_id} refused function {function_code}: exception {exception_code}, {name}")
        self.function_code = function_code
        self.exception_code = exception_code


def _now_ms() -> float:
    return time.monotonic() * 1000.0


class _Channel(Protocol):
    """Bytes out, bytes in."""

    def send(self, data: bytes) -> None: ...
    def receive(self, wait_s: float | None) -> bytes:
        """What came, empty if nothing did. Raises ConnectionError at the end."""
        ...

    def interrupt(self) -> None:
        """Ends a `receive` that waits in another thread."""
        ...

    def close(self) -> None: ...


class _Socket:
    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = connection

    def send(self, data: bytes) -> None:
        # A peer that takes no bytes must not hold the caller for ever.
        self._socket.settimeout(10.0)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise ConnectionError(f"cannot send: {error}") from error

    def receive(self, wait_s: float | None) -> bytes:
        self._socket.settimeout(None if wait_s is None else max(wait_s, 0.0001))
        try:
            data = self._socket.recv(4096)
        except TimeoutError:
            return b""
        except OSError as error:
            raise ConnectionError(f"cannot receive: {error}") from error
        if not data:
            raise ConnectionError("the other side closed the connection")
        return data

    def interrupt(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # Gone already.

    def close(self) -> None:
        self._socket.close()


class _Serial:
    def __init__(self, path: str, baud: int, parity: str, stop_bits: int) -> None:
        try:
            import serial  # type: ignore[import-untyped]
        except ImportError as error:
            raise ImportError("serial ports need pyserial: pip install parabus[serial]") from error
        self._error = serial.SerialException
        try:
            self._port = serial.Serial(path, baud, parity=parity, stopbits=stop_bits, write_timeout=10.0)
        except serial.SerialException as error:
            raise ConnectionError(f"cannot open {path}: {error}") from error

    def send(self, data: bytes) -> None:
        try:
            self._port.write(data)
            self._port.flush()
        except self._error as error:
            raise ConnectionError(f"cannot send: {error}") from error

    def receive(self, wait_s: float | None) -> bytes:
        self._port.timeout = wait_s
        try:
            first: bytes = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else first
        except (self._error, OSError, TypeError) as error:  # TypeError: closed by another thread while it reads
            raise ConnectionError(f"cannot receive: {error}") from error

    def interrupt(self) -> None:
        self._port.close()

    def close(self) -> None:
        self._port.close()


def _whole(name: str, value: Any, low: int, high: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"`{name}` is {value!r}, expected an int {low} to {high}") from None
    if not low <= number <= high:
        raise ValueError(f"`{name}` is {number}, expected an int {low} to {high}")
    return number


class Session:
    """The client of a connection. One request at a time; threads may share it and wait for each other."""

    def __init__(self, client: parabus.ModbusClient, open_channel: Any) -> None:
        self._client = client
        self._open = open_channel
        self._channel: _Channel | None = open_channel()
        self._lock = threading.Lock()
        self._is_closed = False

    @classmethod
    def connect(
        cls, host: str, port: int = 502, *, transport: str = "tcp", connect_timeout_ms: int = 3000, **options: Any
    ) -> Session:
        """Connects to a device or gateway.

        Args:
            host: name or address.
            port: TCP port.
            transport: `tcp`; or `rtu` or `ascii`, for converters that pass serial frames through.
            connect_timeout_ms: how long a connection may take to be made.
            options: of `parabus.ModbusClient`: `timeout_ms`, `retries`, `echo`.

        Raises:
            ConnectionError: nobody there.
        """

        def channel() -> _Channel:
            try:
                return _Socket(socket.create_connection((host, port), connect_timeout_ms / 1000.0))
            except OSError as error:
                raise ConnectionError(f"cannot connect to {host}:{port}: {error}") from error

        return cls(parabus.ModbusClient(transport, options), channel)  # type: ignore[arg-type]

    @classmethod
    def serial(
        cls,
        path: str,
        baud: int = 19200,
        *,
        transport: str = "rtu",
        parity: str = "E",
        stop_bits: int = 1,
        **options: Any,
    ) -> Session:
        """Opens a serial port.

        Args:
            path: such as `/dev/ttyUSB0` or `COM3`.
            baud: bits a second.
            transport: `rtu` or `ascii`.
            parity: `E` even (the standard's default), `O` odd, `N` none.
            stop_bits: 1 or 2.
            options: of `parabus.ModbusClient`: `timeout_ms`, `retries`, `echo`.

        Raises:
            ConnectionError: the port cannot be opened.
            ImportError: pyserial is not installed.
        """
        client = parabus.ModbusClient(transport, {"baud": baud, **options})  # type: ignore[arg-type]
        return cls(client, lambda: _Serial(path, baud, parity, stop_bits))

    def request(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        """Sends a request and waits for its reply.

        Args:
            frame: a dict as `parabus.encode_frame` takes it.

        Returns:
            The reply as `parabus.decode_frame` gives it; an exception is one. Of a broadcast only
            `unit_id` and `function_code`: nobody answers.

        Raises:
            TimeoutError: no reply came.
            ConnectionError: the connection broke, and the next request makes it anew; or `close` was called.
            parabus.FrameError: fields that make no request.
        """
        with self._lock:
            if self._is_closed:
                raise ConnectionError("the session is closed")
            try:
                return self._exchange(dict(frame))
            except ConnectionError as error:
                self._drop()
                if self._is_closed:
                    raise ConnectionError("the session was closed") from error
                raise

    def _exchange(self, frame: dict[str, Any]) -> dict[str, Any]:
        if self._channel is None:
            self._channel = self._open()
        channel = self._channel
        step = self._client.request(frame, _now_ms())
        request_id = step.request_id
        while True:
            for event in step.events:
                if event.get("request_id") != request_id:
                    continue
                if event["kind"] == "reply":
                    return dict(event["frame"])
                if event["kind"] == "sent":
                    return {"unit_id": frame["unit_id"], "function_code": frame["function_code"]}
                raise TimeoutError(f"no reply from unit {frame['unit_id']}")
            if step.send:
                channel.send(step.send)
            wait_s = None if step.deadline_ms is None else max(step.deadline_ms - _now_ms(), 0.0) / 1000.0
            data = channel.receive(wait_s)
            try:
                step = self._client.receive(data, _now_ms()) if data else self._client.poll(_now_ms())
            except parabus.FrameError as error:
                raise ConnectionError(f"the other side does not speak Modbus: {error}") from error

    def read(self, unit_id: int, kind: str, address: int, count: int = 1) -> list[int]:
        """Reads registers or bits, in as many requests as they need.

        Args:
            unit_id: 1 to 247; on TCP also 0 and 255, the device that was dialled.
            kind: `coil`, `discrete-input`, `holding` or `input`.
            address: first address, 0 to 65535.
            count: how many, from 1.

        Returns:
            Ints 0 to 65535, or bools.

        Raises:
            ModbusException: the device refuses.
            TypeError: what is no whole number.
            ValueError: a number out of its range.
            TimeoutError, ConnectionError, parabus.FrameError: as `request`.
        """
        unit_id = _whole("unit_id", unit_id, 0, 255)
        address = _whole("address", address, 0, 65535)
        count = _whole("count", count, 1, 65536 - address)
        most = 2000 if kind in ("coil", "discrete-input") else 125
        starts = range(address, address + count, most)
        points = [(kind, start, min(most, address + count - start)) for start in starts]
        values: list[int] = []
        for group in parabus.plan_reads(points, max_registers=most):
            request = {key: group[key] for key in ("function_code", "address", "quantity")}
            reply = self._checked({"unit_id": unit_id, **request})
            values += reply["values"] if "values" in reply else reply["bits"]
        return values

    def write(
        self, unit_id: int, kind: str, address: int, values: Sequence[int], *, write_function: str = "normal"
    ) -> None:
        """Writes coils or holding registers, in as many requests as they need.

        Args:
            unit_id: 1 to 247, 0 for every unit of a serial line; on TCP 0 and 255 are the device.
            kind: `coil` or `holding`.
            address: first address, 0 to 65535.
            values: bools, or ints 0 to 65535.
            write_function: `normal`, `always-6` or `always-16`.

        Raises:
            ModbusException: the device refuses; values of earlier requests are written then.
        """
        unit_id = _whole("unit_id", unit_id, 0, 255)
        address = _whole("address", address, 0, 65535)
        frames = parabus.plan_writes(kind, address, values, write_function=write_function)  # type: ignore[arg-type]
        for frame in frames:
            self._checked({"unit_id": unit_id, **frame})

    def _checked(self, frame: dict[str, Any]) -> dict[str, Any]:
        reply = self.request(frame)
        if "exception_code" in reply:
            raise ModbusException(frame["unit_id"], reply["function_code"], reply["exception_code"])
        return reply

    def _drop(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._client.reset(_now_ms())

    def close(self) -> None:
        """Closes the connection; a request that waits in another thread ends with ConnectionError."""
        self._is_closed = True
        channel = self._channel
        if channel is not None:
            channel.interrupt()
        with self._lock:
            self._drop()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Server:
    """A server that runs in threads of its own until it is closed."""

    def __init__(self, close: Any, port: int) -> None:
        self._close = close
        #: TCP port that it listens on; 0 on a serial port.
        self.port = port

    def close(self) -> None:
        """Stops it and closes its connections."""
        self._close()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _play(channel: _Channel, machine: parabus.ModbusServer, lock: threading.Lock, idle_s: float | None, pause_s: float) -> None:
    """Answers what comes until the connection ends."""
    while data := channel.receive(idle_s):
        try:
            with lock:
                reply = machine.receive(data, _now_ms())
        except parabus.FrameError as error:
            _LOG.warning("a connection is closed: %s", error)
            return
        except Exception:
            # The client gets no answer to this request; the next one may be answered again.
            _LOG.exception("the bank failed")
            continue
        if reply:
            if pause_s:
                time.sleep(pause_s)
            channel.send(reply)


def serve(
    unit_ids: Iterable[int],
    bank: Any,
    host: str = "127.0.0.1",
    port: int = 502,
    *,
    transport: str = "tcp",
    max_connections: int = 32,
    idle_s: float | None = 600.0,
) -> Server:
    """Serves a bank on TCP.

    Args:
        unit_ids: the units that it plays; on TCP 0 and 255 are always among them.
        bank: as `parabus.ModbusServer` takes it; one thread at a time asks it.
        host: address to listen on; `0.0.0.0` for all.
        port: 0 for any free one.
        transport: `tcp`; or `rtu` or `ascii`, as converters pass serial frames through.
        max_connections: more are closed at once.
        idle_s: a connection without a request for so long is closed; None for never.

    Raises:
        OSError: the address is not free.
    """
    units = list(unit_ids)
    lock = threading.Lock()
    parabus.ModbusServer(units, bank, transport=transport)  # type: ignore[arg-type]  # refuses what is wrong here
    listener = socket.create_server((host, port))
    open_now: set[_Socket] = set()
    is_closed = threading.Event()

    def attend(channel: _Socket) -> None:
        try:
            machine = parabus.ModbusServer(units, bank, transport=transport)  # type: ignore[arg-type]
            _play(channel, machine, lock, idle_s, 0.0)
        except ConnectionError:
            pass
        finally:
            open_now.discard(channel)
            channel.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if is_closed.is_set() or len(open_now) >= max_connections:
                connection.close()
                continue
            channel = _Socket(connection)
            open_now.add(channel)
            threading.Thread(target=attend, args=(channel,), daemon=True).start()

    def close() -> None:
        is_closed.set()
        # `shutdown` wakes the thread that accepts, `close` alone does not.
        try:
            listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        listener.close()
        for channel in list(open_now):
            channel.interrupt()

    threading.Thread(target=accept, daemon=True).start()
    return Server(close, int(listener.getsockname()[1]))


def serve_serial(
    unit_ids: Iterable[int],
    bank: Any,
    path: str,
    baud: int = 19200,
    *,
    transport: str = "rtu",
    parity: str = "E",
    stop_bits: int = 1,
    echo: bool = False,
) -> Server:
    """Serves a bank on a serial port. Arguments as of `serve` and `Session.serial`."""
    machine = parabus.ModbusServer(list(unit_ids), bank, transport=transport, echo=echo)  # type: ignore[arg-type]
    channel = _Serial(path, baud, parity, stop_bits)
    # 3.5 characters of 11 bits, and not less than 1.75 ms (Modbus over Serial Line V1.02, 2.5.1.1).
    pause_s = 0.0 if transport == "ascii" else max(0.00175, math.ceil(38_500_000 / baud) / 1_000_000)

    def run() -> None:
        try:
            _play(channel, machine, threading.Lock(), None, pause_s)
        except ConnectionError as error:
            _LOG.debug("the port is closed: %s", error)

    threading.Thread(target=run, daemon=True).start()
    return Server(channel.close, 0)
