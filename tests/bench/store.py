"""The store beside rows in SQLite, DuckDB and PostgreSQL, in one run, as ratios. store.py PROGRAM

Each contestant is given ticks of a thousand readings, a second apart, and has each on the medium before the next one.
They take turns by rounds; medians. PostgreSQL is left out where it is not installed.
"""

import contextlib
import glob
import os
import pwd
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb
import numpy as np
import pandas as pd
import psycopg

PROGRAM = sys.argv[1]
ROUNDS, TICKS, PARAMS, START = 3, 512, 1000, 1_767_225_600_000
wrong = []


def numbers(*words):
    """What the program prints, by name."""
    printed = subprocess.run([PROGRAM, *words], check=True, capture_output=True, text=True).stdout
    return {name: float(number) for name, number in (word.split("=") for word in printed.split())}


def size(folder):
    return sum(os.path.getsize(os.path.join(where, name)) for where, _, names in os.walk(folder) for name in names)


def ticks():
    """Instant and values of each."""
    noise = np.random.default_rng(7)
    for tick in range(TICKS):
        yield START + 1000 * tick, 230 + noise.integers(-30, 30, PARAMS) / 10


def ingested(spent, bytes_of_all):
    return {"ns": spent / (TICKS * PARAMS), "bytes": bytes_of_all / (TICKS * PARAMS)}


def duckdb_rows():
    with tempfile.TemporaryDirectory() as folder:
        database = duckdb.connect(os.path.join(folder, "rows.duckdb"))
        database.execute("CREATE TABLE reading (param INTEGER, moment BIGINT, value DOUBLE)")
        params, spent = np.arange(PARAMS, dtype=np.int32), 0
        for at, values in ticks():
            tick = pd.DataFrame({"param": params, "moment": np.full(PARAMS, at), "value": values})
            begun = time.perf_counter_ns()
            database.execute("INSERT INTO reading SELECT * FROM tick")
            spent += time.perf_counter_ns() - begun
        assert database.execute("SELECT count(*) FROM reading").fetchone() == (TICKS * PARAMS,)
        database.close()
        return ingested(spent, size(folder))


def postgres_programs():
    """The folder of initdb and postgres."""
    known = [os.path.dirname(shutil.which("initdb") or "")] + sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    return next((folder for folder in known if os.path.exists(os.path.join(folder, "initdb"))), None)


@contextlib.contextmanager
def postgres(programs):
    """A server of its own on a socket; it refuses to be root's."""
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        data = os.path.join(folder, "data")
        own = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **own}
        subprocess.run([f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "bench"], check=True, **quiet)
        server = subprocess.Popen([f"{programs}/postgres", "-D", data, "-k", folder, "-c", "listen_addresses="], **quiet)
        try:
            yield f"host={folder} user=bench dbname=postgres", data
        finally:
            server.terminate()
            server.wait()


def postgres_rows(where, data):
    for attempt in range(100):
        try:
            connection = psycopg.connect(where)
            break
        except psycopg.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.1)
    with connection:
        connection.execute("DROP TABLE IF EXISTS reading")
        connection.execute("CREATE TABLE reading (param integer, at bigint, value double precision, PRIMARY KEY (param, at))")
        connection.commit()
        spent = 0
        for at, values in ticks():
            text = "".join(f"{param}\t{at}\t{value}\n" for param, value in enumerate(values.tolist()))
            begun = time.perf_counter_ns()
            with connection.cursor() as cursor, cursor.copy("COPY reading FROM STDIN") as copy:
                copy.write(text)
            connection.commit()
            spent += time.perf_counter_ns() - begun
        (count, total) = connection.execute("SELECT count(*), pg_total_relation_size('reading') FROM reading").fetchone()
        assert count == TICKS * PARAMS
        return ingested(spent, total)


def medians(rounds):
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def bound(text, is_kept):
    """A figure that is promised."""
    print(f"  {text}{'' if is_kept else '  BEYOND ITS BOUND'}")
    if not is_kept:
        wrong.append(text)


with contextlib.ExitStack() as stack:
    contestants = {
        "parabus, log, chunks": lambda: numbers("ingest", "ours", str(TICKS)),
        "rows in SQLite, (param, at)": lambda: numbers("ingest", "rows", str(TICKS)),
        f"rows in DuckDB {duckdb.__version__}, no key": duckdb_rows,
    }
    programs = postgres_programs()
    if programs is None:
        print("\n  PostgreSQL is not installed and left out")
    else:
        where, data = stack.enter_context(postgres(programs))
        contestants["rows in PostgreSQL, COPY, (param, at)"] = lambda: postgres_rows(where, data)
    rounds = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            rounds[name].append(run())

ours, *_ = found = {name: medians(each) for name, each in rounds.items()}
print(f"\n  {TICKS} ticks of {PARAMS} readings, each on the medium before the next one")
for name, each in found.items():
    ratio = each["ns"] / found[ours]["ns"]
    print(f"  {name:<42}{each['ns']:>10.0f} ns a reading {ratio:>8.2f}x {each['bytes']:>8.2f} bytes a reading")
rows = found["rows in SQLite, (param, at)"]["ns"] / found[ours]["ns"]
bound(f"ahead of rows in SQLite by {rows:.1f}x, at least 10x", rows >= 10)

kinds = numbers("kinds")
print("\n  the eight kinds of signals, 131,072 rows")
bound(f"{kinds['chunks']:.3f} bytes a reading in chunks, at most 1.3", kinds["chunks"] <= 1.3)
bound(f"{kinds['files']:.3f} bytes a reading in all files, at most 2.5", kinds["files"] <= 2.5)

window = numbers("window")
print("\n  1000 readings of one parameter of 20, out of 200,000 rows")
print(f"  {ours:<42}{window['ours_us']:>10.1f} µs")
print(f"  {'rows in SQLite, (param, at)':<42}{window['rows_us']:>10.1f} µs {window['rows_us'] / window['ours_us']:>8.2f}x")

year = numbers("year")
print(f"\n  1000 values out of a year of seconds, {year['bytes']:.2f} bytes a reading")
bound(f"median {year['median_ms']:.2f} ms, least {year['least_ms']:.2f} ms, at most 5 ms", year["median_ms"] <= 5)

tree = numbers("tree")
print("\n  200 sensors that are read every minute of a year: energy of a tree in all its windows, a report's year by day")
bound(f"tree {tree['tree_ms']:.2f} ms, at first {tree['first_ms']:.2f} ms, at most 2 ms", tree["tree_ms"] <= 2)
bound(f"report {tree['report_ms']:.2f} ms, at first {tree['first_report_ms']:.2f} ms, at most 5 ms", tree["report_ms"] <= 5)
if wrong:
    sys.exit(f"beyond their bounds: {'; '.join(wrong)}")
