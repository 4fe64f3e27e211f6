"""A report's days over a year of a simulated counter, beside pandas: its calendar, and its sums.

`server/tests/api/year.rs` plays the year and leaves readings and days in the folder that `PARABUS_YEAR` names.
"""

import json
import os
import pathlib
import subprocess

import pandas
import pytest

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "target/xtask/year"


@pytest.fixture(scope="module")
def year():
    days, program = FOLDER / "days.json", ROOT / "target/debug/parabus"
    # One that an earlier program left says nothing of this one.
    if not days.exists() or days.stat().st_mtime < program.stat().st_mtime:
        words = ["cargo", "test", "--locked", "-p", "parabus", "--test", "api", "--", "year"]
        subprocess.run(words, cwd=ROOT, env=os.environ | {"PARABUS_YEAR": str(FOLDER)}, check=True)
    readings = pandas.read_csv(FOLDER / "counter.csv", dtype="Int64").set_index("at_ms")["raw"]
    return readings, json.loads((FOLDER / "days.json").read_text())


def steps(readings):
    """What the counter counted at each of its good readings but the first (AGGREGATION.md 4.7), in hundredths."""
    good = readings.dropna()
    base, counted = int(good.iloc[0]), {}
    for at, value in zip(good.index[1:], map(int, good.iloc[1:])):
        if value >= base:
            step = value - base
        elif base * 10 > 2**32 * 9 and value * 10 < 2**32:
            step = value + 2**32 - base
        elif value * 10 >= base * 9:
            counted[at] = 0
            continue
        else:
            step = value
        base, counted[at] = value, step
    return pandas.Series(counted.values(), index=pandas.to_datetime(list(counted), unit="ms", utc=True), dtype="int64")


def test_days_of_a_year_in_five_zones_are_those_of_pandas(year):
    readings, days = year
    counted = steps(readings)
    assert len(counted) > 7000 and counted.sum() > 100_000 and len(days) == 5
    for zone, rows in days.items():
        local = counted.tz_convert(zone)
        by_date = local.groupby(local.index.date).sum()
        starts = pandas.to_datetime([start for start, _ in rows], utc=True).tz_convert(zone)
        assert len(set(starts.date)) == len(rows) == 364, zone
        # The first instant of each date: a millisecond before it was another.
        assert ((starts - pandas.Timedelta(milliseconds=1)).date != starts.date).all(), zone
        for date, (_, value) in zip(starts.date, rows):
            want = by_date.get(date)
            assert value == (None if want is None else int(want) / 100), (zone, date)
        lengths = set((starts[1:] - starts[:-1]).total_seconds() / 3600)
        turns = {"Asia/Kathmandu": {24}, "Australia/Lord_Howe": {23.5, 24, 24.5}}
        # Changes of one season can be more than a year apart, so one of them may be missing.
        assert 24 in lengths and lengths <= turns.get(zone, {23, 24, 25}), zone
        assert len(lengths) > 1 or zone == "Asia/Kathmandu", zone
