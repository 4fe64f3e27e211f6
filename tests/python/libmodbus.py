"""libmodbus as a peer, through its shared library: a unit, and a client, on a serial port or TCP."""

import ctypes
import ctypes.util
import errno
import threading

U8, U16, INT = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_int


class Mapping(ctypes.Structure):
    """`modbus_mapping_t` of modbus.h, 3.1."""

    _fields_ = [
        *((name, INT) for name in ("nb_bits", "start_bits", "nb_input_bits", "start_input_bits")),
        *((name, INT) for name in ("nb_input_registers", "start_input_registers", "nb_registers", "start_registers")),
        ("bits", ctypes.POINTER(U8)),
        ("input_bits", ctypes.POINTER(U8)),
        ("input_registers", ctypes.POINTER(U16)),
        ("registers", ctypes.POINTER(U16)),
    ]


LIBRARY = ctypes.CDLL(ctypes.util.find_library("modbus") or "libmodbus.so.5", use_errno=True)
LIBRARY.modbus_new_rtu.restype = ctypes.c_void_p
LIBRARY.modbus_new_rtu.argtypes = [ctypes.c_char_p, INT, ctypes.c_char, INT, INT]
LIBRARY.modbus_new_tcp.restype = ctypes.c_void_p
LIBRARY.modbus_new_tcp.argtypes = [ctypes.c_char_p, INT]
LIBRARY.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
LIBRARY.modbus_strerror.restype = ctypes.c_char_p


class Port:
    """A context on a serial port without parity."""

    def __init__(self, path: str, baud: int):
        self.context = ctypes.c_void_p(LIBRARY.modbus_new_rtu(path.encode(), baud, b"N", 8, 1))
        assert self("connect") == 0, ctypes.get_errno()

    def __call__(self, function: str, *words) -> int:
        return getattr(LIBRARY, f"modbus_{function}")(self.context, *words)

    def checked(self, function: str, *words) -> None:
        if self(function, *words) < 0:
            code = ctypes.get_errno()
            raise OSError(code, LIBRARY.modbus_strerror(code).decode())

    def close(self) -> None:
        self("close")
        LIBRARY.modbus_free(self.context)


class Tcp(Port):
    """A context on a TCP address."""

    def __init__(self, port: int):
        self.context = ctypes.c_void_p(LIBRARY.modbus_new_tcp(b"127.0.0.1", port))


class Answers:
    """A unit that answers from a mapping until it is closed."""

    def start(self, coils: list, discrete: list, registers: list, inputs: list):
        self.checked("set_indication_timeout", 0, 100_000)
        self.mapping = LIBRARY.modbus_mapping_new(*map(len, (coils, discrete, registers, inputs)))
        content = self.mapping.contents
        for place, values in [
            (content.bits, coils), (content.input_bits, discrete),
            (content.registers, registers), (content.input_registers, inputs),
        ]:  # fmt: skip
            for index, value in enumerate(values):
                place[index] = value
        self.is_open = True
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        request = (U8 * 256)()
        while self.is_open:
            length = self("receive", request)
            if length > 0:
                self("reply", request, length, self.mapping)

    def close(self) -> None:
        self.is_open = False
        self.thread.join(5)
        super().close()
        LIBRARY.modbus_mapping_free(self.mapping)


class Unit(Answers, Port):
    """A unit on a serial port."""

    def __init__(self, path: str, baud: int, unit: int, *content: list):
        super().__init__(path, baud)
        self.checked("set_slave", unit)
        self.start(*content)


class TcpUnit(Answers, Tcp):
    """A device on TCP, for one connection."""

    def __init__(self, port: int, *content: list):
        super().__init__(port)
        self.listener = INT(self("tcp_listen", 1))
        assert self.listener.value >= 0, ctypes.get_errno()
        self.start(*content)

    def serve(self) -> None:
        self.checked("tcp_accept", ctypes.byref(self.listener))
        super().serve()


class Asks:
    """What a client asks; errors are OSError with libmodbus's text."""

    def unit(self, unit: int, timeout_ms: int = 1000) -> "Client":
        self.checked("set_slave", unit)
        self.checked("set_response_timeout", timeout_ms // 1000, timeout_ms % 1000 * 1000)
        return self

    def registers(self, function: str, address: int, count: int) -> list[int]:
        values = (U16 * count)()
        self.checked(function, address, count, values)
        return list(values)

    def bits(self, function: str, address: int, count: int) -> list[int]:
        values = (U8 * count)()
        self.checked(function, address, count, values)
        return list(values)

    def is_silent(self) -> bool:
        """Whether the unit says nothing to a read."""
        try:
            self.registers("read_registers", 0, 1)
        except OSError as error:
            return error.errno == errno.ETIMEDOUT
        return False


class Client(Asks, Port):
    """A client on a serial port."""


class TcpClient(Asks, Tcp):
    """A client on TCP."""

    def __init__(self, port: int):
        super().__init__(port)
        assert self("connect") == 0, ctypes.get_errno()
