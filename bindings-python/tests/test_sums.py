"""Sums over time and formulas, in the shapes in which notebooks have them."""

import array
import datetime
import fractions
import math
import random

import numpy as np
import parabus
import pytest

DAY = 86_400_000


def test_a_day_of_23_hours_has_as_many():
    found = parabus.segments(
        ["2026-03-28T23:00:00Z", "2026-03-29T10:00:00Z"], [5, None], segment="day", tz="Europe/Warsaw",
        start="2026-03-28T23:00:00Z", end="2026-03-29T22:00:00Z", hold_ms=3_600_000,
    )  # fmt: skip
    start = 1_774_738_800_000
    assert found == [
        {"start": start, "count": 1, "mean": 5.0, "min": 5, "max": 5, "first": 5, "last": 5, "integral": 18_000_000.0,
         "increase": None, "cover": 3_600_000}
    ]  # fmt: skip
    hours = parabus.segments([], [], segment="hour", tz="Europe/Warsaw", start=start, end=start + 23 * 3_600_000)
    assert len(hours) == 23 and hours[0]["mean"] is None


def test_every_shape_of_times_and_values_gives_the_same():
    times = [0, 1000, 61_000]
    aware = [datetime.datetime.fromtimestamp(time / 1000, datetime.timezone.utc) for time in times]
    of_datetimes = np.array(times, "datetime64[ms]")
    want = parabus.segments(times, [1.5, 2.5, None], start=0, end=120_000, cadence="1m", hold_ms=9000)
    shapes = [np.array(times), np.array(times, np.uint32), array.array("q", times), aware, of_datetimes, of_datetimes.astype("datetime64[us]")]
    for shape in shapes:
        for values in ([1.5, 2.5, math.nan], np.array([1.5, 2.5, np.nan]), np.array([1.5, 2.5, np.nan], np.float32)):
            for start, end in ((0, 120_000), (aware[0], "1970-01-01T00:02:00Z"), (of_datetimes[0], np.int64(120_000))):
                assert parabus.segments(shape, values, start=start, end=end, cadence="1m", hold_ms=9000) == want
    assert [segment["cover"] for segment in want] == [10_000, 0]
    assert parabus.segments(times[::-1], [None, 2.5, 1.5], start=0, end=120_000, cadence="1m", hold_ms=9000) == want


def test_integers_are_exact_and_decimals_act_once():
    large = 2**63 - 1
    times, values = [0, 1000], np.array([large, large - 2])
    assert parabus.min_max(times, values) == {"min": large - 2, "min_at": 1000, "max": large, "max_at": 0}
    assert parabus.exact_sum(values) == 2 * large - 2
    assert parabus.increase([0, 1, 2], [65_530, 5, 7], start=1, end=3, width_bits=16) == 13
    assert parabus.increase([0, 1], [250, 251], start=1, end=2, decimals=1) == 0.1
    assert parabus.time_weighted_mean([0], [255], start=0, end=10, decimals=1) == 25.5
    assert parabus.integrate([0, 5], [2, None], start=0, end=100) == 10.0
    assert parabus.integrate([0], [2], start=-9, end=0) is None


def test_sums_of_floats_are_rounded_once():
    generator = random.Random(4)
    for _ in range(200):
        values = [generator.choice([1e300, -1e300, 1.0, 1e-300, generator.random()]) * generator.choice([1, -1]) for _ in range(30)]
        assert parabus.exact_sum(values) == math.fsum(values) == parabus.exact_sum(np.array(values))
    with pytest.raises(parabus.ValueDecodeError) as refused:
        parabus.exact_sum([1.0, math.inf])
    assert (refused.value.kind, refused.value.offset) == ("not-finite", 1)


def test_means_are_those_of_fractions():
    generator = random.Random(5)
    for _ in range(100):
        times = sorted(generator.sample(range(100_000), 20))
        values = [generator.choice([None, generator.uniform(-1e6, 1e6)]) for _ in times]
        hold, start, end = generator.randrange(1, 20_000), generator.randrange(50_000), 90_000
        integral, cover = fractions.Fraction(0), 0
        for time, value, later in zip(times, values, times[1:] + [2**60]):
            span = min(later, time + hold, end) - max(time, start)
            if value is not None and span > 0:
                integral, cover = integral + fractions.Fraction(value) * span, cover + span
        want = float(integral / cover) if cover else None
        assert parabus.time_weighted_mean(times, values, start=start, end=end, hold_ms=hold) == want


def test_dispersed_takes_the_first_or_what_holds():
    times, values = [0, 4, 11], [1, None, 3]
    call = lambda sampling: [point["value"] for point in parabus.dispersed(times, values, start=0, end=20, points=4, sampling=sampling)]
    assert call("first") == [1, None, 3, None]
    assert call("hold") == [1, None, None, 3]
    with pytest.raises(parabus.AggregateError):
        parabus.dispersed(times, values, start=0, end=20, points=0)


def test_a_series_says_what_its_readings_say():
    generator = random.Random(6)
    times = generator.sample(range(0, DAY, 7), 500)
    values = [generator.choice([None, generator.randrange(65_536)]) for _ in times]
    whole, late = parabus.Series(hold_ms=60_000, width_bits=16), parabus.Series(hold_ms=60_000, width_bits=16)
    for time, value in zip(times[:200], values):
        whole.push(time, value)
    late.push(np.array(times[200:]), values[200:])
    whole.merge(late)
    whole.merge(whole)
    want = parabus.segments(times, values, start=0, end=DAY, cadence="15m", hold_ms=60_000, width_bits=16)
    assert whole.query(start=0, end=DAY, cadence="15m") == want and len(whole) == 500 and len(want) == 96
    with pytest.raises(parabus.ParabusError) as refused:
        whole.push(5, 1.5)
    assert refused.value.kind == "value-range"


def test_formulas():
    formula = parabus.Formula("(#561 + 10) / 2 + #558 - #561 * 0")
    assert formula.operands() == [561, 558]
    assert formula.evaluate({561: 4, 558: 0.5}) == 7.5
    assert formula.evaluate({561: 4, 558: None}) is None and formula.evaluate({}) is None
    with pytest.raises(parabus.FormulaSyntaxError) as refused:
        parabus.Formula("1 + + 2")
    assert refused.value.offset == 4


def test_what_cannot_be_is_told():
    for error, call in [
        (parabus.AggregateError, lambda: parabus.segments([0], [], start=0, end=1)),
        (parabus.AggregateError, lambda: parabus.segments([0], [1], start=1, end=1)),
        (parabus.AggregateError, lambda: parabus.segments([0], [1], start=0, end=1, cadence="2m")),
        (parabus.AggregateError, lambda: parabus.segments([0], [1], start=0, end=1, segment="day")),
        (parabus.AggregateError, lambda: parabus.segments([0], [1], start=0, end=1, segment="day", tz="Mars/Base")),
        (parabus.AggregateError, lambda: parabus.increase([0], [1], start=0, end=1, width_bits=12)),
        (ValueError, lambda: parabus.segments(["2026-01-01T00:00:00"], [1], start=0, end=1)),
        (ValueError, lambda: parabus.exact_sum([2**63])),
        (ValueError, lambda: parabus.exact_sum(np.array([2**63], np.uint64))),
        (TypeError, lambda: parabus.segments([0], [1], start=None, end=1)),
    ]:
        with pytest.raises(error):
            call()


def test_long_arrays_in_any_order_give_what_lists_give():
    count = 40_000
    generator = np.random.default_rng(6)
    times = np.cumsum(generator.integers(1, 3000, count))
    span = {"start": int(times[100]), "end": int(times[-100]), "cadence": "15m", "hold_ms": 1500}
    fractions_of = generator.normal(size=count)
    fractions_of[generator.integers(0, count, 50)] = np.nan
    swapped = times.copy()
    # Behind the first pieces that an array is looked at in.
    swapped[[30_000, 30_001]] = swapped[[30_001, 30_000]]
    for at in (times, swapped, times[::-1], times.astype("datetime64[ms]")):
        lists = at.astype("int64").tolist()
        for values in (fractions_of, fractions_of.astype(np.float32), generator.integers(-9, 9, count), generator.integers(0, 2**16, count).astype(np.uint16)):
            assert parabus.segments(at, values, **span) == parabus.segments(lists, values.tolist(), **span)
            assert parabus.increase(at, values, start=span["start"], end=span["end"], width_bits=16) == parabus.increase(
                lists, values.tolist(), start=span["start"], end=span["end"], width_bits=16
            )
    wide = generator.integers(-(2**62), 2**62, count)
    assert parabus.exact_sum(wide) == sum(wide.tolist())
    whole = fractions_of[~np.isnan(fractions_of)]
    assert parabus.exact_sum(whole) == math.fsum(whole)
    with pytest.raises(parabus.ValueDecodeError) as refused:
        parabus.exact_sum(fractions_of)
    assert refused.value.offset == int(np.flatnonzero(np.isnan(fractions_of))[0])
