"""Our package beside pandas, polars, DuckDB, NumPy and math.fsum: ten million readings in arrays, in one run, as ratios.

Ours hold each value until the next one or for a second, whichever comes first; here a reading comes each second, so
that their means are those that the others make of readings alone.
"""

import math

import duckdb
import numpy as np
import pandas as pd
import parabus
import polars as pl
from race import finish, race

COUNT, QUARTER = 10_000_000, 900_000
START = 1_767_225_600_000
END = START + COUNT * 1000
PANDAS, POLARS, DUCKDB = f"pandas {pd.__version__}", f"polars {pl.__version__}", f"DuckDB {duckdb.__version__}"
SAMPLES = 7

noise = np.random.default_rng(7)
TIMES = START + 1000 * np.arange(COUNT, dtype=np.int64)
WHOLES = (2300 + np.cumsum(noise.integers(-3, 4, COUNT)) % 400).astype(np.int64)
VALUES = WHOLES / 10

EDGES = np.searchsorted(TIMES, np.arange(START, END, QUARTER))
COUNTS = np.diff(np.append(EDGES, COUNT))
WANT = {
    "mean": np.add.reduceat(WHOLES, EDGES) / (10 * COUNTS),
    "min": np.minimum.reduceat(VALUES, EDGES),
    "max": np.maximum.reduceat(VALUES, EDGES),
    "count": COUNTS,
}

series = pd.Series(VALUES, pd.DatetimeIndex(TIMES.astype("datetime64[ms]")))
frame = pl.DataFrame({"t": TIMES.astype("datetime64[ms]"), "v": VALUES}).set_sorted("t")
database = duckdb.connect()
database.execute("CREATE TABLE readings (t BIGINT, v DOUBLE)")
arrays = pd.DataFrame({"t": TIMES, "v": VALUES})
database.execute("INSERT INTO readings SELECT t, v FROM arrays")


def is_right(made, take=lambda made, name: made[name]):
    """Means as far as sums of doubles reach, everything else to the last bit."""
    found = {name: np.asarray(take(made, name)) for name in WANT}
    same = all(np.array_equal(found[name], WANT[name]) for name in ("min", "max", "count"))
    return bool(same and np.allclose(found["mean"], WANT["mean"], rtol=1e-12, atol=0))


def of_ours(made, name):
    return [segment[name] for segment in made]


def ours(values, **options):
    return parabus.segments(TIMES, values, start=START, end=END, cadence="15m", hold_ms=1000, **options)


def polars_quarters():
    v = pl.col("v")
    means = [v.mean().alias("mean"), v.min().alias("min"), v.max().alias("max"), v.len().alias("count")]
    return frame.lazy().group_by_dynamic("t", every="15m").agg(means).collect()


SQL = f"SELECT t // {QUARTER} AS q, avg(v) AS mean, min(v) AS min, max(v) AS max, count(v) AS count FROM readings GROUP BY q ORDER BY q"
race(
    "mean, least, most and count of each of 11,112 quarter hours, of 10,000,000 readings",
    ("NumPy, sums alone (inexact)", lambda: np.add.reduceat(VALUES, EDGES)),
    [
        ("parabus.segments, of doubles", lambda: ours(VALUES), lambda made: is_right(made, of_ours)),
        ("parabus.segments, of registers in tenths", lambda: ours(WHOLES, decimals=1), lambda made: is_right(made, of_ours)),
        (PANDAS, lambda: series.resample("15min").agg(["mean", "min", "max", "count"]), is_right),
        (POLARS, polars_quarters, is_right),
        (DUCKDB, lambda: database.execute(SQL).fetchnumpy(), is_right),
    ],
    (PANDAS, POLARS, DUCKDB),
    SAMPLES,
)

MILLION = VALUES[:1_000_000]
LIST = MILLION.tolist()
EXACT = math.fsum(LIST)
race(
    "sum of 1,000,000 doubles, exact but for the last rounding",
    ("numpy.sum (inexact)", lambda: np.sum(MILLION)),
    [
        ("parabus.exact_sum", lambda: parabus.exact_sum(MILLION), EXACT.__eq__),
        ("parabus.exact_sum, of integers", lambda: parabus.exact_sum(WHOLES[:1_000_000]), int(WHOLES[:1_000_000].sum()).__eq__),
        ("math.fsum, of a list", lambda: math.fsum(LIST), EXACT.__eq__),
        ("math.fsum, of an array", lambda: math.fsum(MILLION), EXACT.__eq__),
    ],
    ("math.fsum, of a list", "math.fsum, of an array"),
)

SPANS = np.diff(np.append(TIMES, END))
MEAN = float(WHOLES.sum()) / (10 * COUNT)
weighted = frame.lazy().select((pl.col("v") * pl.col("t").diff().shift(-1).dt.total_milliseconds().fill_null(1000)).sum())


def is_mean(made):
    return math.isclose(made, MEAN, rel_tol=1e-12)


race(
    "time-weighted mean of 10,000,000 readings",
    ("NumPy, of spans made before (inexact)", lambda: np.dot(VALUES, SPANS) / (END - START)),
    [
        ("parabus.time_weighted_mean", lambda: parabus.time_weighted_mean(TIMES, VALUES, start=START, end=END, hold_ms=1000), is_mean),
        ("NumPy", lambda: np.dot(VALUES, np.diff(np.append(TIMES, END))) / (END - START), is_mean),
        (POLARS, lambda: weighted.collect().item() / (END - START), is_mean),
    ],
    ("NumPy", POLARS),
    SAMPLES,
)

STARTS = START + (END - START) * np.arange(1000) // 1000
FIRSTS = VALUES[np.searchsorted(TIMES, STARTS)]
NUMPY = "NumPy, order looked at"


def looked_at():
    if not (TIMES[1:] > TIMES[:-1]).all():
        raise ValueError("order")
    return VALUES[np.searchsorted(TIMES, STARTS)]


race(
    "1000 values out of 10,000,000 readings",
    ("NumPy, searchsorted alone", lambda: VALUES[np.searchsorted(TIMES, STARTS)]),
    [
        (
            "parabus.dispersed",
            lambda: parabus.dispersed(TIMES, VALUES, start=START, end=END, points=1000),
            lambda made: np.array_equal([point["value"] for point in made], FIRSTS),
        ),
        (NUMPY, looked_at, lambda made: np.array_equal(made, FIRSTS)),
    ],
    NUMPY,
    SAMPLES,
)
finish()
