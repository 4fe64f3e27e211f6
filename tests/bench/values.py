"""Our package beside NumPy and pymodbus: a million registers in tenths, to doubles."""

import decimal

import numpy as np
import parabus
from pymodbus.client.mixin import ModbusClientMixin
from race import finish, race

COUNT = 1_000_000
WORDS = np.random.default_rng(7).integers(0, 65536, COUNT).astype(np.uint16)
BYTES = WORDS.astype(">u2").tobytes()
LIST = WORDS.tolist()
# The double nearest to each tenth: Python reads decimal text exactly.
NEAREST = np.array([float(decimal.Decimal(word) / 10) for word in range(65536)])[WORDS]
PEER = "pymodbus 3.16, times 0.1"
DIVIDED = "NumPy, words / 10"
OUT = np.empty(COUNT)
SCALE = {"multiplier": "0.1"}


def theirs():
    words = ModbusClientMixin.convert_from_registers(LIST, ModbusClientMixin.DATATYPE.UINT16)
    return [word * 0.1 for word in words]


def is_nearest(made):
    return np.array_equal(np.asarray(made), NEAREST)


def is_about(made):
    """Good to the last place but one: a product of doubles is not always the nearest."""
    return np.allclose(np.asarray(made), NEAREST, rtol=1e-15, atol=0)


def ours_of_words():
    return parabus.decode_array(WORDS, "u16-be", out=OUT, **SCALE)


def ours_of_bytes():
    return parabus.decode_array(BYTES, "u16-be", out=OUT, **SCALE)


of_words = [
    ("parabus.decode_array, into an array", ours_of_words, is_nearest),
    ("parabus.decode_array", lambda: parabus.decode_array(WORDS, "u16-be", **SCALE), is_nearest),
    (DIVIDED, lambda: WORDS / 10, is_nearest),
    (PEER, theirs, is_about),
]
race("1,000,000 words in tenths", ("NumPy, words * 0.1 (inexact)", lambda: WORDS * 0.1), of_words, DIVIDED)

of_bytes = [
    ("parabus.decode_array, into an array", ours_of_bytes, is_nearest),
    ("parabus.decode_array", lambda: parabus.decode_array(BYTES, "u16-be", **SCALE), is_nearest),
    (DIVIDED, lambda: np.frombuffer(BYTES, ">u2") / 10, is_nearest),
]
base = ("NumPy, words * 0.1 (inexact)", lambda: np.frombuffer(BYTES, ">u2") * 0.1)
race("1,000,000 words in tenths, of the bytes of frames", base, of_bytes, DIVIDED)
finish()
