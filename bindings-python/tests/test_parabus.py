"""What the vectors do not say: classes of errors, wrong arguments, arrays of the caller."""

import array
import pickle

import numpy as np
import parabus
import pytest

REPLY = bytes.fromhex("0001 0000 0007 07 03 04 4366 8000")
TCP = {"transport": "tcp", "direction": "response"}

# Each kind stands here once more, so that none comes or goes unnoticed.
KINDS = {
    parabus.InstantSyntaxError: {"instant-syntax"},
    parabus.ReferenceSyntaxError: {
        "reference-syntax", "reference-range", "reference-unknown", "reference-ambiguous",
    },
    parabus.ValueDecodeError: {
        "unknown-data-type", "register-count", "not-finite", "number-syntax", "number-too-long", "value-range",
        "bit-syntax", "bit-position", "zero-multiplier", "not-available", "bcd-digit", "register-byte", "text-encoding",
        "address-syntax", "not-numeric", "unknown-language", "unknown-number-style", "fraction-digits",
    },
    parabus.FrameError: {
        "frame-too-short", "frame-too-long", "protocol-id", "frame-length", "function-code", "quantity",
        "byte-count", "address-range", "coil-value", "buffer-too-small", "unknown-transport", "frame-field",
        "too-many-in-flight", "crc-mismatch", "unit-id", "not-before", "file-record", "lrc-mismatch", "ascii-syntax", "read-code", "more-follows",
        "register-kind", "write-function",
    },
    parabus.GatewayImageError: {"gateway-image"},
    parabus.ChunkError: {"chunk-format", "chunk-version", "chunk-checksum", "chunk-shape"},
    parabus.AggregateError: {
        "reading-order", "time-range", "point-count", "counter-width", "sum-overflow", "unknown-cadence",
        "unknown-segment", "unknown-sampling", "unknown-zone", "zone-table", "branch-tree", "tariff-rate",
    },
    parabus.FormulaSyntaxError: {"formula-syntax", "formula-too-long"},
    parabus.AlertError: {"alert-rule", "alert-state"},
}  # fmt: skip


def test_every_kind_has_its_class():
    assert parabus.ERROR_KINDS == {kind: each for each, kinds in KINDS.items() for kind in kinds}
    assert all(issubclass(each, parabus.ParabusError) and each.__doc__ for each in KINDS)


def test_a_refusal_says_kind_and_offset_and_survives_pickling():
    with pytest.raises(parabus.ValueDecodeError, match="finite") as raised:
        parabus.decode_value([0x7FC0, 0], "f32-be")
    for error in raised.value, pickle.loads(pickle.dumps(raised.value)):
        assert (error.kind, error.offset, str(error)) == ("not-finite", 0, str(raised.value))
    with pytest.raises(parabus.FrameError) as raised:
        parabus.decode_frame(REPLY, transport="carrier-pigeon", direction="response")
    assert (raised.value.kind, raised.value.offset) == ("unknown-transport", None)


@pytest.mark.parametrize("make", [list, tuple, np.uint16, lambda v: array.array("H", v), lambda v: memoryview(np.uint16(v))])
def test_registers_are_any_sequence(make):
    assert parabus.decode_value(make([0x4366, 0x8000]), "f32-be").number == 230.5


def test_a_checksum():
    assert parabus.crc16(b"123456789") == 0x4B37
    assert parabus.decode_frame(bytes.fromhex("01 04 02 ff ff b8 80"), transport="rtu", direction="response")["values"] == [0xFFFF]


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda v: np.frombuffer(v, np.uint8)])
def test_data_is_any_bytes(make):
    assert parabus.decode_frame(make(REPLY), **TCP)["values"] == [0x4366, 0x8000]
    frame = {"function_code": 99, "data": make(b"\1\2")}
    assert parabus.encode_frame(frame, transport="pdu", direction="request") == b"\x63\1\2"


def test_a_value_can_be_compared_and_read():
    value = parabus.decode_value([0xFFFF] * 4, "u64-be")
    assert value == parabus.decode_value([0xFFFF] * 4, "u64-be") != parabus.decode_value([1], "u16-be")
    assert repr(value) == "DecodedValue(text='18446744073709551615', number=1.8446744073709552e+19, int=18446744073709551615)"
    with pytest.raises(AttributeError):
        value.text = "0"


def test_an_array_of_the_caller_is_filled():
    for out in np.full(5, 9, np.uint16), np.full(10, 9, np.uint16)[::2]:
        values = parabus.decode_frame(REPLY, **TCP, out=out)["values"]
        assert np.shares_memory(values, out) and values.dtype == np.uint16
        assert out.tolist() == [0x4366, 0x8000, 9, 9, 9]
    exception = bytes.fromhex("0001 0000 0003 07 83 02")
    assert parabus.decode_frame(exception, **TCP, out=out).get("values") is None
    with pytest.raises(parabus.FrameError, match="`out` holds 1 registers, the frame has 2") as raised:
        parabus.decode_frame(REPLY, **TCP, out=np.zeros(1, np.uint16))
    assert raised.value.kind == "buffer-too-small"


@pytest.mark.parametrize(
    "make", [lambda v: v.astype(">u2").tobytes(), lambda v: bytearray(v.astype(">u2")), lambda v: memoryview(v), lambda v: v, lambda v: v.astype(">u2"),
             lambda v: array.array("H", v.tolist()), lambda v: np.repeat(v, 2)[::2]]
)  # fmt: skip
def test_many_values_at_once(make):
    registers = make(np.array([250, 65535, 1], np.uint16))
    numbers = parabus.decode_array(registers, "u16-be", multiplier="0.1", not_available=[0xFFFF])
    assert numbers.dtype == np.float64 and numbers.flags.writeable
    np.testing.assert_array_equal(numbers, [25.0, np.nan, 0.1])
    integers = parabus.decode_array(registers, "i16-be")
    assert integers.dtype == np.int64 and integers.tolist() == [250, -1, 1]


def test_an_array_for_many_values_is_filled():
    for out in np.full(5, 9.0), np.full(10, 9.0)[::2]:
        filled = parabus.decode_array(b"\0\1\0\2", "u16-be", out=out)
        assert np.shares_memory(filled, out) and out.tolist() == [1, 2, 9, 9, 9]
    out = np.zeros(2, np.int64)
    assert parabus.decode_array(b"\0\1\0\2", "u16-be", out=out) is out
    assert out.tolist() == [1, 2]
    with pytest.raises(parabus.FrameError, match="`out` holds 1 values, expected room for 2") as raised:
        parabus.decode_array(b"\0\1\0\2", "u16-be", out=np.zeros(1))
    assert raised.value.kind == "buffer-too-small"
    with pytest.raises(parabus.ValueDecodeError, match="no integers"):
        parabus.decode_array(b"\0\1\0\2", "u16-be", multiplier="0.1", out=np.zeros(2, np.int64))


def test_a_million_values_are_those_of_one_after_the_other():
    registers = np.random.default_rng(1).integers(0, 2**16, 1_000_000, np.uint16)
    numbers = parabus.decode_array(registers, "i32-mle", multiplier="0.01", shift="-5")
    assert len(numbers) == 500_000
    for at in range(0, 500_000, 50_021):
        value = parabus.decode_value(registers[2 * at : 2 * at + 2], "i32-mle", multiplier="0.01", shift="-5")
        assert numbers[at] == value.number == float(value.text)


def test_texts_and_addresses_have_no_number():
    value = parabus.decode_value([0x27, 0x5C, 0], "str")
    assert (value.text, value.number, value.int) == ("'\\", None, None)
    assert repr(value) == 'DecodedValue(text="\'\\\\", number=None, int=None)'
    assert parabus.encode_value("192.168.0.1", "ipv4") == [192, 168, 0, 1]


def test_fields_may_be_of_numpy():
    frame = {"function_code": 16, "address": np.uint16(1), "values": np.array([2, 3], np.uint16)}
    assert parabus.encode_frame(frame, transport="pdu", direction="request").hex() == "10000100020400020003"
    frame = {"function_code": 15, "address": 0, "bits": np.array([True, False])}
    assert parabus.encode_frame(frame, transport="pdu", direction="request").hex() == "0f000000020101"


def read_only():
    out = np.zeros(5, np.uint16)
    out.flags.writeable = False
    return out


WRONG = [
    (lambda: parabus.decode_value([1, 65536], "u32-be"), ValueError, "register 1 is 65536, expected an int 0 to 65535"),
    (lambda: parabus.decode_value([-1], "u16-be"), ValueError, "register 0 is -1"),
    (lambda: parabus.decode_value([1.5], "u16-be"), TypeError, "register 0 is 1.5"),
    (lambda: parabus.decode_value(np.zeros((1, 1), np.uint16), "u16-be"), TypeError, "register 0 is"),
    (lambda: parabus.decode_value("ab", "u32-be"), TypeError, "register 0 is 'a'"),
    (lambda: parabus.decode_value(b"ab", "u32-be"), TypeError, "registers are of type bytes"),
    (lambda: parabus.decode_value({1, 2}, "u32-be"), TypeError, "registers are of type set"),
    (lambda: parabus.decode_value([1], "u16-be", multiplier=0.1), TypeError, "str"),
    (lambda: parabus.decode_value([1], "u16-be", precision=300), ValueError, "300, expected an int 0 to 255"),
    (lambda: parabus.decode_value([1], "u16-be", bit="1"), TypeError, "'1', expected an int 0 to 255"),
    (lambda: parabus.decode_value([1], "u16-be", not_available=[-1]), ValueError, "a code is -1, expected an int 0 to"),
    (lambda: parabus.decode_value([1], "u16-be", not_available=[1.5]), TypeError, "a code is 1.5"),
    (lambda: parabus.decode_array([1, 2], "u16-be"), TypeError, "bytes-like"),
    (lambda: parabus.decode_array(np.zeros(2, np.uint32), "u16-be"), TypeError, "items of format `I`, expected bytes or uint16"),
    (lambda: parabus.decode_array(b"", "u16-be", out=np.zeros(2, np.float32)), TypeError, "float64 or int64"),
    (lambda: parabus.encode_value(25, "u16-be"), TypeError, "str"),
    (lambda: parabus.format_value(1.5, lang="en"), TypeError, "`value` is of type float, expected decimal text or a bool"),
    (lambda: parabus.format_value("1.5"), TypeError, "lang"),
    (lambda: parabus.parse_reference("\ud800"), ValueError, "surrogates"),
    (lambda: parabus.print_reference([1]), TypeError, "`ref` is of type list, expected a dict"),
    (lambda: parabus.print_reference({"kind": "param", "bit": 300}), ValueError, "ref, field `bit`: it cannot be 300"),
    (lambda: parabus.decode_frame([0, 1], **TCP), TypeError, "bytes-like"),
    (lambda: parabus.decode_frame(np.zeros(8, np.uint16), **TCP), TypeError, "items of format `H`, expected bytes"),
    (lambda: parabus.decode_frame(REPLY, **TCP, out=[0]), TypeError, "bytes-like"),
    (lambda: parabus.decode_frame(REPLY, **TCP, out=np.zeros(5)), TypeError, "one-dimensional uint16"),
    (lambda: parabus.decode_frame(REPLY, **TCP, out=np.zeros((5, 5), np.uint16)), TypeError, "one-dimensional uint16"),
    (lambda: parabus.decode_frame(REPLY, **TCP, out=read_only()), ValueError, "read-only"),
    (lambda: parabus.encode_frame({"function_code": 3, "addres": 1}, **TCP), ValueError, "frame, field `addres`: no such field"),
    (lambda: parabus.encode_frame({"function_code": 6, "value": "x"}, **TCP), ValueError, "field `value`: it cannot be 'x'"),
    (lambda: parabus.encode_frame({"function_code": 16, "values": "ab"}, **TCP), TypeError, "field `values`"),
    (lambda: parabus.encode_frame({1: 2}, **TCP), TypeError, "field `1`"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), WRONG)
def test_a_wrong_argument_is_named(call, error, text):
    with pytest.raises(error, match=text) as raised:
        call()
    assert not isinstance(raised.value, parabus.ParabusError)


def test_everything_is_documented():
    for name in parabus.__all__:
        if not name.startswith("__") and name != "ERROR_KINDS":
            assert getattr(parabus, name).__doc__, name


def request(function_code, address, quantity=1, **more):
    frame = {"unit_id": 9, "function_code": function_code, "address": address} | (more or {"quantity": quantity})
    return parabus.encode_frame(frame, transport="rtu", direction="request")


def answer(bank, data):
    reply = parabus.ModbusServer([9], bank).receive(data)
    return reply and parabus.decode_frame(reply, transport="rtu", direction="response")


@pytest.mark.parametrize("make", [list, np.array, lambda v: array.array("H", v), lambda v: dict(enumerate(v))])
def test_a_bank_is_whatever_has_items(make):
    bank = {"holding": make([7, 8]), "coil": make([1, 0])}
    assert answer(bank, request(3, 0, 2))["values"] == [7, 8]
    assert answer(bank, request(1, 0, 2))["bits"][:2] == [True, False]
    assert answer(bank, request(3, 1, 2))["exception_code"] == 2
    assert answer(bank, request(4, 0))["exception_code"] == 1
    assert answer(bank, request(16, 0, values=[1, 2]))["quantity"] == 2
    assert list(bank["holding"].values() if isinstance(bank["holding"], dict) else bank["holding"]) == [1, 2]


def test_a_bank_that_fails_says_so_to_who_serves_it():
    with pytest.raises(ValueError, match="the bank has 70000 in holding 0, expected an int 0 to 65535"):
        answer({"holding": [70000]}, request(3, 0))
    with pytest.raises(TypeError, match="the bank has 'x' in holding 0"):
        answer({"holding": ["x"]}, request(3, 0))
    with pytest.raises(ValueError, match="unit_ids"):
        parabus.ModbusServer([256], {})
    server = parabus.ModbusServer([9], {"holding": [70000]})
    with pytest.raises(ValueError):
        server.receive(request(3, 0))
    assert server.receive(request(3, 5)) is not None, "the next request is answered"


def test_a_client_takes_options_by_name_or_as_a_dict():
    frame = {"unit_id": 1, "function_code": 3, "address": 0, "quantity": 1}
    for client in [parabus.ModbusClient("tcp", timeout_ms=50), parabus.ModbusClient("tcp", {"timeout_ms": 50})]:
        step = client.request(frame, 10)
        assert (step.request_id, step.deadline_ms, step.events) == (1, 60.0, [])
        assert repr(client.poll(60)) == (
            "ClientStep(send=b'', events=[{'kind': 'timeout', 'request_id': 1}], deadline_ms=None, request_id=None)"
        )
    with pytest.raises(ValueError, match="field `timeout`: no such field"):
        parabus.ModbusClient("tcp", timeout=50)
    with pytest.raises(parabus.FrameError):
        parabus.ModbusClient("pigeon")


def test_plans():
    groups = parabus.plan_reads([("holding", 10, 2), ("holding", 0, 2)], max_gap=10)
    assert [(group["address"], group["quantity"], group["points"]) for group in groups] == [(0, 12, [1, 0])]
    assert [frame["value"] for frame in parabus.plan_writes("holding", 1, np.uint16([5]))] == [5]
    assert parabus.plan_writes("coil", 1, np.array([True, False]))[0]["bits"] == [True, False]
    with pytest.raises(ValueError, match="value 1 is 70000"):
        parabus.plan_writes("holding", 1, [1, 70000])
    assert parabus.plan_reads([["input", 5, 1]])[0]["address"] == 5
    with pytest.raises(ValueError, match="the address of point 0 is -1, expected an int 0 to 65535"):
        parabus.plan_reads([("holding", -1, 1)])
    with pytest.raises(ValueError, match="point 0 is .* expected kind, address and count"):
        parabus.plan_reads([("holding", 1)])
