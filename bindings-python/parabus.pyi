# Types of the module. What each function does, with ranges and errors, is in its docstring.

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias, TypedDict, final, overload, type_check_only

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer, Required

__version__: Final[str]
__all__ = [
    "ERROR_KINDS",
    "DecodedValue",
    "FrameError",
    "GatewayImageError",
    "InstantSyntaxError",
    "ParabusError",
    "ReferenceSyntaxError",
    "ValueDecodeError",
    "__version__",
    "crc16",
    "lrc",
    "decode_frame",
    "decode_value",
    "encode_frame",
    "encode_value",
    "format_value",
    "parse_reference",
    "print_reference",
]

ERROR_KINDS: Final[dict[str, type[ParabusError]]]

class ParabusError(Exception):
    kind: str
    offset: int | None

class ReferenceSyntaxError(ParabusError): ...
class ValueDecodeError(ParabusError): ...
class FrameError(ParabusError): ...
class GatewayImageError(ParabusError): ...
class InstantSyntaxError(ParabusError): ...

@final
class DecodedValue:
    @property
    def text(self) -> str: ...
    @property
    def number(self) -> float | None: ...
    @property
    def int(self) -> int | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

_Lang: TypeAlias = Literal["en", "pl", "ru", "ua"]
_Transport: TypeAlias = Literal["rtu", "tcp", "ascii", "pdu"]
_Direction: TypeAlias = Literal["request", "response"]
_Bytes: TypeAlias = Buffer | NDArray[np.uint8]
_Registers: TypeAlias = Sequence[int] | NDArray[np.uint16]

@type_check_only
class Reference(TypedDict, total=False):
    kind: Required[Literal["constant", "connection", "param"]]
    realtime: bool
    value: str
    net: str
    device: str
    param: str
    unit_id: int
    register_kind: Literal["holding", "input", "coil", "discrete-input"]
    address: int
    bit: int
    bits: int

@type_check_only
class FileRecord(TypedDict, total=False):
    file_number: int
    record_number: int
    record_length: int
    values: list[int]

@type_check_only
class IdObject(TypedDict):
    id: int
    value: bytes

@type_check_only
class _FrameFields(TypedDict, total=False):
    function_code: Required[int]
    transaction_id: int
    unit_id: int
    address: int
    quantity: int
    value: bool | int
    bits: list[bool]
    status: int
    sub_function: int
    event_count: int
    message_count: int
    events: bytes
    records: list[FileRecord]
    and_mask: int
    or_mask: int
    read_address: int
    read_quantity: int
    write_address: int
    mei_type: int
    read_code: int
    object_id: int
    conformity: int
    more_follows: bool
    next_object_id: int
    objects: list[IdObject]
    exception_code: int
    data: bytes

@type_check_only
class Frame(_FrameFields, total=False):
    values: list[int]

@type_check_only
class ArrayFrame(_FrameFields, total=False):
    values: NDArray[np.uint16]

def parse_reference(text: str) -> Reference: ...
def print_reference(ref: Reference | dict[str, Any]) -> str: ...
def decode_value(
    registers: _Registers,
    data_type: str,
    *,
    multiplier: str = "1",
    shift: str = "0",
    precision: int | None = None,
    bit: int | None = None,
    bits: int | None = None,
) -> DecodedValue: ...
def encode_value(
    text: str,
    data_type: str,
    *,
    multiplier: str = "1",
    shift: str = "0",
    precision: int | None = None,
    bit: int | None = None,
    bits: int | None = None,
) -> list[int]: ...
def format_value(
    value: str | bool,
    *,
    lang: _Lang,
    unit: str | None = None,
    precision: int | None = None,
    texts: dict[str, str] | None = None,
    numbers: Literal["plain"] = "plain",
) -> str: ...
@overload
def decode_frame(data: _Bytes, *, transport: _Transport, direction: _Direction, out: None = None) -> Frame: ...
@overload
def decode_frame(
    data: _Bytes, *, transport: _Transport, direction: _Direction, out: NDArray[np.uint16]
) -> ArrayFrame: ...
def encode_frame(
    frame: Frame | ArrayFrame | dict[str, Any], *, transport: _Transport, direction: _Direction
) -> bytes: ...
def crc16(data: _Bytes) -> int: ...
def lrc(data: _Bytes) -> int: ...
