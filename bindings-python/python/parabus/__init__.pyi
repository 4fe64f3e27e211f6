# Types of the module. What each function does, with ranges and errors, is in its docstring.

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, TypeVar, final, overload, type_check_only

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer, Required, Unpack

from .client import ApiError as ApiError
from .client import Client as Client

__version__: Final[str]
__all__ = [
    "ERROR_KINDS",
    "AggregateError",
    "Alert",
    "AlertError",
    "ChunkError",
    "ClientStep",
    "DecodedValue",
    "Formula",
    "FormulaSyntaxError",
    "FrameError",
    "FrameScanner",
    "GatewayImageError",
    "InstantSyntaxError",
    "ModbusClient",
    "ModbusServer",
    "ParabusError",
    "ReferenceSyntaxError",
    "Series",
    "ValueDecodeError",
    "__version__",
    "crc16",
    "lrc",
    "decode_array",
    "decode_frame",
    "decode_value",
    "dispersed",
    "encode_frame",
    "encode_value",
    "exact_sum",
    "format_number",
    "format_value",
    "increase",
    "integrate",
    "min_max",
    "parse_reference",
    "plan_reads",
    "plan_writes",
    "plural_category",
    "print_reference",
    "segments",
    "simulate",
    "time_weighted_mean",
]

ERROR_KINDS: Final[dict[str, type[ParabusError]]]

class ParabusError(Exception):
    kind: str
    offset: int | None

class ReferenceSyntaxError(ParabusError): ...
class ValueDecodeError(ParabusError): ...
class FrameError(ParabusError): ...
class GatewayImageError(ParabusError): ...
class ChunkError(ParabusError): ...
class AggregateError(ParabusError): ...
class FormulaSyntaxError(ParabusError): ...
class AlertError(ParabusError): ...
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
_Numbers = TypeVar("_Numbers", NDArray[np.float64], NDArray[np.int64])
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
    not_available: Sequence[int | str] | None = None,
) -> DecodedValue: ...
@overload
def decode_array(
    buffer: _Bytes | NDArray[np.uint16],
    data_type: str,
    *,
    multiplier: str = "1",
    shift: str = "0",
    bit: int | None = None,
    bits: int | None = None,
    not_available: Sequence[int | str] | None = None,
    out: None = None,
) -> NDArray[np.float64] | NDArray[np.int64]: ...
@overload
def decode_array(
    buffer: _Bytes | NDArray[np.uint16],
    data_type: str,
    *,
    multiplier: str = "1",
    shift: str = "0",
    bit: int | None = None,
    bits: int | None = None,
    not_available: Sequence[int | str] | None = None,
    out: _Numbers,
) -> _Numbers: ...
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
    numbers: Literal["plain", "cldr"] = "plain",
) -> str: ...
def format_number(
    text: str,
    *,
    lang: _Lang,
    min_fraction: int = 0,
    max_fraction: int | None = None,
    grouping: Literal["auto", "always", "min2", "never"] = "auto",
) -> str: ...
def plural_category(text: str, lang: _Lang) -> Literal["one", "few", "many", "other"]: ...
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

_Stream: TypeAlias = Literal["rtu", "tcp", "ascii"]
_Kind: TypeAlias = Literal["coil", "discrete-input", "holding", "input"]
_Span: TypeAlias = tuple[str, int, int]

@type_check_only
class PlannedRead(TypedDict):
    kind: _Kind
    function_code: int
    address: int
    quantity: int
    points: list[int]

def plan_reads(
    points: Sequence[_Span], *, max_registers: int = 125, max_gap: int = 0, refused: Sequence[_Span] = ()
) -> list[PlannedRead]: ...
def plan_writes(
    kind: Literal["coil", "holding"],
    address: int,
    values: Sequence[int] | Sequence[bool] | NDArray[np.uint16] | NDArray[np.bool_],
    *,
    write_function: Literal["normal", "always-6", "always-16"] = "normal",
) -> list[Frame]: ...

@type_check_only
class ControllerIdentity(TypedDict, total=False):
    unit_id: Required[int]
    device_type: Required[int]
    firmware: Required[int]
    mac: Required[str]
    is_mac_unique: Required[bool]
    has_code: Required[bool]
    wants_code: Required[bool]
    is_activated: Required[bool]
    activation_code: int

@type_check_only
class ClientEvent(TypedDict, total=False):
    kind: Required[Literal["reply", "timeout", "sent", "lost", "identity", "stray"]]
    request_id: int
    frame: Frame
    identity: ControllerIdentity
    reason: Literal["transaction", "unit", "mismatch", "collision", "malformed"]

@type_check_only
class ClientOptions(TypedDict, total=False):
    timeout_ms: int
    retries: int
    max_in_flight: int
    baud: int | None
    strict: bool
    echo: bool

@final
class FrameScanner:
    def __new__(cls, transport: _Stream, direction: _Direction) -> FrameScanner: ...
    def push(self, data: _Bytes, now_ms: float = 0.0) -> list[Frame]: ...

@final
class ClientStep:
    @property
    def send(self) -> bytes: ...
    @property
    def events(self) -> list[ClientEvent]: ...
    @property
    def deadline_ms(self) -> float | None: ...
    @property
    def request_id(self) -> int | None: ...

@final
class ModbusClient:
    def __new__(
        cls, transport: _Stream, options: ClientOptions | None = None, **named: Unpack[ClientOptions]
    ) -> ModbusClient: ...
    def request(self, frame: Frame | dict[str, Any], now_ms: float) -> ClientStep: ...
    def receive(self, data: _Bytes, now_ms: float) -> ClientStep: ...
    def poll(self, now_ms: float) -> ClientStep: ...
    def reset(self, now_ms: float) -> ClientStep: ...

@type_check_only
class BankFunctions(Protocol):
    def read(self, unit_id: int, kind: _Kind, address: int, count: int, /) -> Iterable[int] | int | None: ...

@final
class ModbusServer:
    def __new__(
        cls,
        unit_ids: Iterable[int],
        bank: Mapping[str, Any] | BankFunctions,
        *,
        transport: _Stream = "rtu",
        echo: bool = False,
    ) -> ModbusServer: ...
    def receive(self, data: _Bytes, now_ms: float = 0.0) -> bytes | None: ...

_Moment: TypeAlias = int | str | datetime | np.datetime64
"""Milliseconds since 1970 UTC, ISO 8601 text with a zone, an aware datetime."""
_Times: TypeAlias = NDArray[np.datetime64] | NDArray[np.signedinteger[Any]] | Sequence[_Moment]
_Values: TypeAlias = NDArray[np.integer[Any]] | NDArray[np.floating[Any]] | Sequence[int | float | None]
_Cadence: TypeAlias = Literal["1m", "5m", "15m", "1h", "1d"]
_Unit: TypeAlias = Literal["half-hour", "hour", "day"]

@type_check_only
class Segment(TypedDict):
    start: int
    count: int
    mean: float | None
    min: float | None
    max: float | None
    first: float | None
    last: float | None
    integral: float | None
    increase: float | None
    cover: int

@type_check_only
class Point(TypedDict):
    start: int
    value: float | None

@type_check_only
class MinMax(TypedDict):
    min: float
    min_at: int
    max: float
    max_at: int

def segments(
    times: _Times,
    values: _Values,
    *,
    start: _Moment,
    end: _Moment,
    cadence: _Cadence | None = None,
    segment: _Unit | None = None,
    tz: str | None = None,
    hold_ms: int | None = None,
    decimals: int | None = None,
    width_bits: Literal[16, 32, 48, 64] | None = None,
) -> list[Segment]: ...
def dispersed(
    times: _Times,
    values: _Values,
    *,
    start: _Moment,
    end: _Moment,
    points: int,
    sampling: Literal["first", "hold"] = "first",
    hold_ms: int | None = None,
    decimals: int | None = None,
) -> list[Point]: ...
def min_max(times: _Times, values: _Values, *, start: _Moment | None = None, end: _Moment | None = None, decimals: int | None = None) -> MinMax | None: ...
def time_weighted_mean(
    times: _Times, values: _Values, *, start: _Moment, end: _Moment, hold_ms: int | None = None, decimals: int | None = None
) -> float | None: ...
def integrate(
    times: _Times, values: _Values, *, start: _Moment, end: _Moment, hold_ms: int | None = None, decimals: int | None = None
) -> float | None: ...
def increase(
    times: _Times,
    values: _Values,
    *,
    start: _Moment,
    end: _Moment,
    width_bits: Literal[16, 32, 48, 64] | None = None,
    decimals: int | None = None,
) -> float | None: ...
def exact_sum(values: NDArray[np.integer[Any]] | NDArray[np.floating[Any]] | Sequence[float]) -> float: ...
@final
class Series:
    def __new__(cls, *, hold_ms: int | None = None, decimals: int | None = None, width_bits: Literal[16, 32, 48, 64] | None = None) -> Series: ...
    def push(self, times: _Times | _Moment, values: _Values | float | None) -> None: ...
    def merge(self, other: Series) -> None: ...
    def query(
        self, *, start: _Moment, end: _Moment, cadence: _Cadence | None = None, segment: _Unit | None = None, tz: str | None = None
    ) -> list[Segment]: ...
    def __len__(self) -> int: ...

@final
class Formula:
    def __new__(cls, text: str) -> Formula: ...
    def operands(self) -> list[int]: ...
    def evaluate(self, values: Mapping[int, float | None]) -> float | None: ...

_Exact: TypeAlias = int | float | str
_AlertValues: TypeAlias = NDArray[np.integer[Any]] | NDArray[np.floating[Any]] | Sequence[int | float | str | Decimal | None]
_Channel: TypeAlias = Literal["sms", "email", "voice-call"]

# Rules in the spelling of the API's bodies; words may have `_` between their parts as well.
@type_check_only
class AlertCondition(TypedDict, total=False):
    paramId: Required[int]
    kind: Required[Literal["g", "ge", "l", "le", "eq", "neq", "reading-error"]]
    param: str
    value: _Exact
    deadband: _Exact
    holdMs: int
    failures: int

@type_check_only
class AlertAction(TypedDict, total=False):
    timeoutMinutes: Required[_Exact]
    type: Literal["sms", "email", "voice-call", ""]
    recepient: str

@type_check_only
class AlertFollowUp(TypedDict, total=False):
    stage: Required[Literal["confirmed", "not-confirmed", "resolved"]]
    timeoutMinutes: Required[_Exact]
    type: Required[_Channel]
    recepient: str

@type_check_only
class AlertRule(TypedDict, total=False):
    conditionLogic: Required[Literal["all", "any"]]
    conditions: Required[Sequence[AlertCondition]]
    actions: Sequence[AlertAction]
    followUps: Sequence[AlertFollowUp]
    id: int
    name: str
    slug: str
    description: str
    logAs: str
    periodMs: int
    resolveDelayMs: int
    holdMs: int

@type_check_only
class AlertMessage(TypedDict):
    type: _Channel
    recepient: str

@type_check_only
class AlertEffect(TypedDict, total=False):
    id: Required[str]
    kind: Required[Literal["open", "resolve", "confirm", "flapping", "action", "follow-up"]]
    record: Required[int]
    due: Required[int]
    at: Required[int]
    index: int
    send: AlertMessage

@type_check_only
class AlertTriggered(TypedDict):
    param: int
    triggered: bool | None

@type_check_only
class AlertState(TypedDict):
    now: int
    record: int
    phase: Literal["quiet", "active", "resolved", "ended"]
    started: int | None
    since: int | None
    closed: int | None
    confirmed: int | None
    flapping: bool
    next: int | None
    conditions: list[AlertTriggered]
    stored: str

@type_check_only
class AlertTimeline(TypedDict):
    effects: list[AlertEffect]
    state: AlertState

@final
class Alert:
    def __new__(
        cls, rule: AlertRule, *, at: _Moment | None = None, last_record: int | None = None, state: AlertState | None = None
    ) -> Alert: ...
    def step(self, event: Mapping[str, Mapping[str, Any]]) -> list[AlertEffect]: ...
    def state(self) -> AlertState: ...

def simulate(
    rule: AlertRule,
    series: Mapping[int, tuple[_Times, _AlertValues]],
    *,
    start: _Moment | None = None,
    end: _Moment | None = None,
) -> AlertTimeline: ...
