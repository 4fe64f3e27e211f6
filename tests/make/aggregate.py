"""Writes vectors of sums over time. Every answer is counted here in `fractions.Fraction`, from the definitions of
AGGREGATION.md 4 alone; beside it runs whoever knows the same: `math.fsum` for sums of floats, pandas, polars and DuckDB
for extremes, counts, first and last of segments, pandas and `zoneinfo` for local days. Where one of them says something
else, the script stops.

Run by a Python with pandas, polars and duckdb: `python tests/make/aggregate.py`. Nothing here asks Parabus.
"""

import datetime
import json
import math
import pathlib
import platform
import random
import zoneinfo
from fractions import Fraction

import duckdb
import pandas as pd
import polars as pl

FOLDER = pathlib.Path(__file__).parents[1] / "vectors" / "aggregate"
PYTHON = f"Python {platform.python_version()}, fractions"
PANDAS, POLARS, DUCKDB = f"pandas {pd.__version__}", f"polars {pl.__version__}", f"DuckDB {duckdb.__version__}"
CADENCES = {"1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "1d": 86_400_000}
DAY, HOUR = 86_400_000, 3_600_000
rng = random.Random(1970)


def held(times, values):
    """Readings in order of time, a later arrival in the place of an earlier one."""
    return dict(sorted(dict(zip(times, values)).items()))


def number(value, decimals):
    """A value as it is answered: an int, or the float nearest to the exact number."""
    if decimals is None:
        return value
    return float(Fraction(value) / 10**decimals)


def step(base, value, width_bits):
    """How much a counter counted, and whether it only trembled."""
    if value >= base:
        return value - base, False
    full = 2**width_bits if width_bits else None
    if full and 0 <= value and base < full and base * 10 > full * 9 and value * 10 < full:
        return value + full - base, False
    if value * 10 >= base * 9:
        return 0, True
    return max(value, 0), False


def segment(readings, start, end, hold_ms, decimals, width_bits):
    integral, cover, counted, base, is_based = Fraction(0), 0, Fraction(0), None, True
    inside = []
    instants = list(readings)
    for index, at in enumerate(instants):
        value = readings[at]
        if value is None:
            continue
        exact = Fraction(value)
        until = min(instants[index + 1] if index + 1 < len(instants) else end, end, end if hold_ms is None else at + hold_ms)
        if (span := until - max(at, start)) > 0:
            integral, cover = integral + exact * span, cover + span
        trembled = False
        if base is not None:
            more, trembled = step(base, exact, width_bits)
        if start <= at < end:
            inside.append((at, value))
            is_based &= base is not None
            counted += more if base is not None else 0
        if not trembled:
            base = exact
    scale = 10 ** (decimals or 0)
    is_float = any(isinstance(value, float) for value in readings.values())
    increase = None
    if inside and is_based:
        increase = float(counted / scale) if is_float or decimals is not None else int(counted)
    # Of alike ones the earliest counts; as a value it is the same.
    values = [value for _, value in inside]
    return {
        "start": start,
        "count": len(inside),
        "mean": float(integral / cover / scale) if cover else None,
        "min": number(min(values), decimals) if values else None,
        "max": number(max(values), decimals) if values else None,
        "first": number(values[0], decimals) if values else None,
        "last": number(values[-1], decimals) if values else None,
        "integral": float(integral / scale) if cover else None,
        "increase": increase,
        "cover": cover,
    }


def local_days(tz, start, end):
    """Local days by zoneinfo, asked minute by minute of UTC where a date begins; pandas has to say the same."""
    zone = zoneinfo.ZoneInfo(tz)
    date = lambda ms: datetime.datetime.fromtimestamp(ms / 1000, zone).date()
    edges, at = [], (start - 2 * DAY) // 60_000 * 60_000
    seen = date(at)
    while at < end + 3 * DAY:
        at += 60_000
        if date(at) > seen:
            seen = date(at)
            edges.append(at)
    spans = [(one, two) for one, two in zip(edges, edges[1:]) if two > start and one < end]
    # A date that the zone left out has no midnight that pandas could find.
    dates = [pd.Timestamp(date(one)) for one, _ in spans]
    starts = [int(each.tz_localize(tz, ambiguous=True, nonexistent="shift_forward").timestamp() * 1000) for each in dates]
    assert [one for one, _ in spans] == starts, (tz, spans, starts)
    return spans


def spans_of(args):
    start, end = args["start"], args["end"]
    if cadence := args.get("cadence"):
        size = CADENCES[cadence]
        first = start // size * size
        return [(at, at + size) for at in range(first, end, size)]
    if unit := args.get("segment"):
        days = local_days(args["tz"], start, end)
        if unit == "day":
            return days
        size = HOUR if unit == "hour" else HOUR // 2
        first = days[0][0] + (start - days[0][0]) // size * size
        return [(at, at + size) for at in range(first, end, size)]
    return [(start, end)]


def shown(value):
    """As the files have it: integers beyond 2**53 are text."""
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shown(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53 else value


def case(name, source, call, args, **answer):
    return {"name": name, "source": source, "call": call, "args": shown(args), **shown(answer)}


def segments(name, source, times, values, **options):
    args = {"times": times, "values": values, **options}
    readings = held(times, values)
    rest = [options.get(field) for field in ("hold_ms", "decimals", "width_bits")]
    want = [segment(readings, start, end, *rest) for start, end in spans_of(options)]
    assert len(want) <= 100, name
    return case(name, source, "segments", args, want=want)


def walk(count, start, pause, kind="int", errors=0.1):
    at, value, times, values = start, 5000, [], []
    for _ in range(count):
        at += 1 + rng.randrange(pause)
        value += rng.randrange(-300, 400)
        times.append(at)
        values.append(None if rng.random() < errors else value if kind == "int" else value / 7)
    return times, values


def peers(times, values, cadence, start, end):
    """Count, min, max, first, last of the segments that have readings, by three libraries."""
    size = CADENCES[cadence]
    frame = pd.DataFrame({"t": pd.to_datetime(times, unit="ms", utc=True), "v": values}).dropna().sort_values("t")
    inside = frame[(frame.t >= pd.Timestamp(start, unit="ms", tz="UTC")) & (frame.t < pd.Timestamp(end, unit="ms", tz="UTC"))]
    grouped = inside.set_index("t").v.resample(pd.Timedelta(size, "ms")).agg(["count", "min", "max", "first", "last"])
    by_pandas = {int(at.timestamp() * 1000): tuple(row) for at, row in grouped.iterrows() if row["count"]}
    lazy = pl.DataFrame({"t": [int(t.timestamp() * 1000) for t in inside.t], "v": list(inside.v)})
    polars = lazy.with_columns(pl.col("t") // size * size).group_by("t", maintain_order=True)
    polars = polars.agg(pl.col("v").count().alias("n"), pl.col("v").min().alias("a"), pl.col("v").max().alias("z"), pl.col("v").first().alias("f"), pl.col("v").last().alias("l"))
    by_polars = {row[0]: tuple(map(float, row[1:])) for row in polars.rows()}
    inside_table = lazy.to_arrow()  # noqa: F841, DuckDB finds it by its name
    rows = duckdb.sql(f"SELECT t // {size} * {size}, count(v), min(v), max(v), first(v ORDER BY t), last(v ORDER BY t) FROM inside_table GROUP BY 1").fetchall()
    by_duckdb = {row[0]: tuple(map(float, row[1:])) for row in rows}
    assert {key: tuple(map(float, row)) for key, row in by_pandas.items()} == by_polars == by_duckdb
    return by_polars


def with_peers(name, times, values, cadence, start, end, **options):
    made = segments(name, f"{PYTHON}; {PANDAS}, {POLARS}, {DUCKDB}", times, values, cadence=cadence, start=start, end=end, **options)
    found = peers(times, values, cadence, start, end)
    for row in made["want"]:
        known = tuple(row[field] for field in ("count", "min", "max", "first", "last"))
        if row["count"]:
            assert tuple(map(float, known)) == found[row["start"]], (name, row)
        else:
            assert row["start"] not in found
    return made


def utc_cases():
    yield segments("one-value-holds", PYTHON, [10_000, 40_000], [700, 1400], cadence="1m", start=0, end=120_000, hold_ms=60_000)
    yield segments("nothing", PYTHON, [], [], cadence="1h", start=0, end=3 * HOUR)
    yield segments("the-range-is-one", PYTHON, [5, 7], [1, 2], start=0, end=10)
    yield segments("failed-readings-end-what-held", PYTHON, [0, 20_000, 50_000], [3, None, 4], cadence="1m", start=0, end=60_000)
    yield segments("held-for-nothing", PYTHON, [0, 10], [3, 4], start=0, end=100, hold_ms=0)
    yield segments("held-into-the-range", PYTHON, [-90_000], [8], cadence="1m", start=-60_000, end=60_000, hold_ms=100_000)
    yield segments("arrived-in-disorder", PYTHON, [50, 10, 30, 10], [5, 1, 3, 2], start=0, end=100, hold_ms=25)
    yield segments("before-1970", PYTHON, [-DAY - 1, -DAY], [1, 2], cadence="1d", start=-2 * DAY, end=0)
    large = 2**63 - 1
    yield segments("the-largest-integers", PYTHON, [0, 1], [large, large - 1], start=0, end=2)
    yield segments("the-least-integers", PYTHON, [0, 1], [-large - 1, 0], start=0, end=3)
    yield segments("beyond-2-to-53", PYTHON, [0, 1, 2], [2**53 + 1, 2**53 - 1, 2**53 + 3], start=0, end=3)
    yield segments("decimals-act-once", PYTHON, [0, 1], [255, 1], start=0, end=10, decimals=1)
    yield segments("many-decimals", PYTHON, [0, 3], [123_456_789, 987_654_321], start=0, end=7, decimals=9)
    yield segments("thirds", PYTHON, [0, 1, 2], [1, 1, 2], start=0, end=3, decimals=0)
    yield segments("fractions-cancel", PYTHON, [0, 1, 2, 3], [1e300, 1.0, -1e300, 1e-300], start=0, end=4)
    yield segments("fractions-too-small-to-be-normal", PYTHON, [0, 1], [5e-324, 1.5e-323], start=0, end=2)
    yield segments("tenths", PYTHON, list(range(10)), [0.1] * 10, start=0, end=10)
    for index in range(40):
        cadence = rng.choice(["1m", "5m", "15m", "1h"])
        size = CADENCES[cadence]
        times, values = walk(rng.randrange(3, 40), rng.randrange(-10**9, 10**12), size // 2, rng.choice(["int", "float"]))
        start = times[0] // size * size
        end = min(times[-1] + size, start + 60 * size) // size * size + size
        order = list(range(len(times)))
        rng.shuffle(order)
        hold = rng.choice([None, size // 3, 2 * size])
        options = {} if hold is None else {"hold_ms": hold}
        yield with_peers(f"random-{index}-{cadence}", [times[i] for i in order], [values[i] for i in order], cadence, start, end, **options)


def counter_cases():
    named = [
        ("rises", 16, [10, 15, 40]),
        ("runs-over-16-bits", 16, [65_530, 5]),
        ("runs-over-32-bits", 32, [2**32 - 1, 0]),
        ("runs-over-48-bits", 48, [2**48 - 3, 9]),
        ("runs-over-64-bits", 64, [2**63 - 1, 5]),
        ("begins-anew", 16, [5000, 3]),
        ("begins-anew-at-nothing", 32, [4_000_000_000 // 2, 0]),
        ("trembles", 16, [1000, 999, 1001]),
        ("trembles-and-the-base-stays", 16, [1000, 950, 900, 1000]),
        ("just-below-nine-tenths", 16, [1000, 899]),
        ("just-nine-tenths", 16, [1000, 900]),
        ("not-near-enough-to-run-over", 16, [58_982, 5]),
        ("just-near-enough-to-run-over", 16, [58_983, 6553]),
        ("too-far-after-running-over", 16, [58_983, 6554]),
        ("without-a-width-it-begins-anew", None, [65_530, 5]),
        ("wider-than-its-width", 16, [70_000, 5]),
        ("below-zero", 16, [5, -7]),
        ("failed-in-between", 16, [100, None, None, 130]),
        ("the-first-of-all", 16, [100]),
    ]
    for name, width, values in named:
        times = [index * 1000 for index in range(len(values))]
        options = {"width_bits": width} if width else {}
        yield segments(f"counter-{name}", PYTHON, times, values, start=0, end=60_000, **options)
        if len(values) > 1:
            yield segments(f"counter-{name}-later", PYTHON, times, values, start=1, end=60_000, **options)
    for index in range(16):
        width = rng.choice([16, 32, None])
        at, value, times, values = 0, 2 ** (width or 16) - rng.randrange(4000), [], []
        for _ in range(30):
            at += rng.randrange(1, 90_000)
            value = rng.choice([value + rng.randrange(500)] * 6 + [value - value // 50, rng.randrange(300)])
            value %= 2 ** (width or 40)
            times.append(at)
            values.append(rng.choice([value] * 7 + [None]))
        options = {"width_bits": width} if width else {}
        yield segments(f"counter-random-{index}", PYTHON, times, values, cadence="5m", start=60_000, end=at, **options)


ZONES = [
    ("Europe/Warsaw", "2026-03-28", "2026-10-24"), ("America/New_York", "2026-03-07", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-03", "2026-10-02"), ("America/Sao_Paulo", "2018-11-02", "2019-02-15"),
    ("Asia/Beirut", "2022-03-25", "2022-10-28"), ("Asia/Kathmandu", "2026-01-01", "2026-07-01"),
    ("Africa/Casablanca", "2025-02-22", "2025-04-05"), ("Pacific/Apia", "2011-12-28", "2011-09-23"),
]  # fmt: skip


def zone_cases():
    for tz, *days in ZONES:
        for day in days:
            start = int(datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp() * 1000)
            times = [start + index * 5_400_000 for index in range(32)]
            values = [index * index for index in range(32)]
            for unit, length in (("day", 3 * DAY), ("hour", DAY // 2), ("half-hour", DAY // 4)):
                name = f"{unit}-{tz.replace('/', '-').lower()}-{day}"
                source = f"{PYTHON}; zoneinfo, {PANDAS}"
                yield segments(name, source, times, values, segment=unit, tz=tz, start=start, end=start + length, hold_ms=7_200_000)


def single_cases():
    for index in range(14):
        times, values = walk(25, 0, 4000, rng.choice(["int", "float"]), 0.2)
        readings = held(times, values)
        start, end, points = rng.randrange(20_000), 40_000 + rng.randrange(20_000), rng.randrange(1, 12)
        hold = rng.choice([1500, 9000])
        edges = [start + index * (end - start) // points for index in range(points + 1)]
        first = [next((value for at, value in readings.items() if one <= at < two and value is not None), None) for one, two in zip(edges, edges[1:])]
        point = lambda at, value: {"start": at, "value": value}
        args = {"times": times, "values": values, "start": start, "end": end, "points": points}
        yield case(f"dispersed-first-{index}", PYTHON, "dispersed", args, want=[point(at, value) for at, value in zip(edges, first)])
        holds = []
        for at in edges[:-1]:
            before = [each for each in readings if each <= at]
            holds.append(readings[before[-1]] if before and at < before[-1] + hold else None)
        args = args | {"sampling": "hold", "hold_ms": hold}
        yield case(f"dispersed-hold-{index}", PYTHON, "dispersed", args, want=[point(at, value) for at, value in zip(edges, holds)])
        inside = [(value, at) for at, value in readings.items() if start <= at <= end and value is not None]
        least, most = min(inside), max(inside, key=lambda each: (each[0], -each[1]))
        args = {"times": times, "values": values, "start": start, "end": end}
        want = {"min": least[0], "min_at": least[1], "max": most[0], "max_at": most[1]}
        yield case(f"min-max-{index}", PYTHON, "min_max", args, want=want)
        whole = segment(readings, start, end, hold, None, None)
        args = args | {"hold_ms": hold}
        yield case(f"mean-{index}", PYTHON, "time_weighted_mean", args, want=whole["mean"])
        yield case(f"integral-{index}", PYTHON, "integrate", args, want=whole["integral"])
    yield case("min-max-of-nothing", PYTHON, "min_max", {"times": [0], "values": [None]}, want=None)
    alike = {"times": [30, 10, 20], "values": [2, 2, 2]}
    yield case("min-max-of-alike-ones", PYTHON, "min_max", alike, want={"min": 2, "min_at": 10, "max": 2, "max_at": 10})
    counter = {"times": [0, 1, 2], "values": [250, 255, 251], "start": 1, "end": 3}
    yield case("increase-with-decimals", PYTHON, "increase", counter | {"decimals": 1}, want=0.5)
    yield case("increase-of-nothing", PYTHON, "increase", counter | {"start": 5, "end": 9}, want=None)
    yield case("a-whole-dispersed-range", "DOMAIN.md A-1", "dispersed", {"times": [0], "values": [1], "start": 0, "end": 2, "points": 3}, want=[
        {"start": 0, "value": None}, {"start": 0, "value": 1}, {"start": 1, "value": None}])  # fmt: skip


def sum_cases():
    source = f"Python {platform.python_version()}, math.fsum"
    named = {
        "tenths": [0.1] * 10, "cancellation": [1e16, 1.0, -1e16], "half-way": [1.0, 2.0**-53, 2.0**-106], "below-half-way": [1.0, 2.0**-53, -(2.0**-106)],
        "subnormal": [5e-324] * 7, "largest": [1.7e308, 1.7e308, -1.7e308], "zero": [1.5, -1.5], "empty": [],
    }  # fmt: skip
    for name, values in named.items():
        values = values or [0.0]
        # `fsum` gives up where an intermediate sum is too large.
        want, by = (float(sum(map(Fraction, values))), PYTHON) if name == "largest" else (math.fsum(values), source)
        yield case(f"sum-{name}", by, "exact_sum", {"values": values}, want=want)
    for index in range(14):
        values = [rng.uniform(-1, 1) * 10.0 ** rng.randrange(-200, 200) for _ in range(40)]
        yield case(f"sum-random-{index}", source, "exact_sum", {"values": values}, want=math.fsum(values))
    yield case("sum-of-integers", PYTHON, "exact_sum", {"values": [2**63 - 1, 2**63 - 1, -5]}, want=2**64 - 7)


def refused_cases():
    base = {"times": [0], "values": [1], "start": 0, "end": 10}
    refused = lambda name, call, args, kind, **offset: case(name, "the contract", call, args, error={"kind": kind, **offset})
    yield refused("a-range-of-nothing", "segments", base | {"end": 0}, "time-range")
    yield refused("a-range-that-runs-back", "segments", base | {"end": -5, "cadence": "1m"}, "time-range")
    yield refused("an-unknown-cadence", "segments", base | {"cadence": "2m"}, "unknown-cadence")
    yield refused("an-unknown-segment", "segments", base | {"segment": "week", "tz": "Europe/Warsaw"}, "unknown-segment")
    yield refused("a-segment-of-no-zone", "segments", base | {"segment": "day"}, "time-range")
    yield refused("both-kinds-of-segments", "segments", base | {"segment": "day", "cadence": "1m", "tz": "Europe/Warsaw"}, "time-range")
    yield refused("a-width-that-there-is-not", "segments", base | {"width_bits": 12}, "counter-width")
    yield refused("more-times-than-values", "segments", base | {"times": [0, 1]}, "point-count")
    yield refused("decimals-of-fractions", "segments", base | {"values": [1.5], "decimals": 1}, "value-range")
    yield refused("no-points", "dispersed", base | {"points": 0}, "point-count")
    yield refused("an-unknown-sampling", "dispersed", base | {"points": 1, "sampling": "last"}, "unknown-sampling")


def zone_tables():
    """Offsets of the zones above, for a platform without a database: seconds before the first change, and changes."""
    tables = {}
    for tz, *_ in ZONES:
        zone = zoneinfo.ZoneInfo(tz)
        offset = lambda ms: int(datetime.datetime.fromtimestamp(ms / 1000, zone).utcoffset().total_seconds())
        at, end = (int(datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc).timestamp() * 1000) for year in (2010, 2028))
        before, changes = offset(at), []
        for at in range(at, end, 900_000):
            if offset(at) != (changes[-1][1] if changes else before):
                changes.append([at, offset(at)])
        tables[tz] = {"before_s": before, "changes": changes}
    path = FOLDER.parents[1] / "format" / "zones.json"
    path.write_text(json.dumps(tables) + "\n")


def write(name, about, cases):
    cases = list(cases)
    lines = ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in cases)
    (FOLDER / f"{name}.json").write_text(f'{{ "about": {json.dumps(about)}, "cases": [\n{lines}\n] }}\n')
    return len(cases)


total = write("segments", "Segments of UTC: means, extremes, cover, whatever the order of arrival.", utc_cases())
total += write("counters", "Counters that run over, begin anew, and tremble.", counter_cases())
total += write("zones", "Local days, hours and half hours where clocks change, and where midnight is left out.", zone_cases())
total += write("single", "Single values: dispersed, extremes, means, integrals.", single_cases())
total += write("sums", "Sums that are rounded once.", sum_cases())
total += write("refused", "What cannot be.", refused_cases())
zone_tables()
print(total)
