"""What an operator does with a server: checks it, backs it up, watches it, stops it."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import threading
import time
import urllib.request
from datetime import datetime

import duckdb
from conftest import KEY, Server, eventually, free_port, network, parameter, plant
from test_stubs import LIVE, serve


def polled(server: Server) -> int:
    """Starts a server that reads one register each second; gives its parameter."""
    port = free_port()
    serve(3, LIVE, port)
    unit = {"name": "meter", "modbusUnitId": 1, "updatePeriodSec": 1, "readGroupSize": 9, "parameters": [parameter("p", 5)]}
    assert server.apply(plant([network("bus", port, [unit])])).returncode == 0
    server.start()
    (param,) = server.params().values()
    eventually(lambda: server.readings(param))
    return param


def test_no_reading_seen_before_a_backup_is_missing_in_it(server, tmp_path):
    param = polled(server)
    backups = []
    # The log moves into the database every five seconds: some of these meet it.
    for number in range(8):
        time.sleep(0.7)
        seen = server.readings(param)
        done = server.run("backup", str(tmp_path / f"{number}.sqlite"), "--config", str(server.config))
        assert done.returncode == 0, done.stderr
        backups.append((tmp_path / f"{number}.sqlite", seen))
    refused = server.run("restore", str(backups[0][0]), "--config", str(server.config))
    assert refused.returncode == 1 and "in use by another running server" in refused.stderr
    folder = tmp_path / "backups"
    folder.mkdir()
    assert server.run("backup", str(folder), "--config", str(server.config)).returncode == 0
    assert [path.suffix for path in folder.iterdir()] == [".sqlite"]
    server.stop()
    for file, seen in backups:
        assert os.stat(file).st_mode & 0o777 == 0o600
        other = tmp_path / file.stem
        other.mkdir()
        restored = Server(other)
        done = restored.run("restore", str(file), "--config", str(restored.config))
        assert done.returncode == 0, done.stderr
        restored.start()
        try:
            # Tokens end with the backup, keys do not.
            assert set(map(tuple, seen)) <= set(map(tuple, restored.readings(param)))
        finally:
            restored.stop(signal.SIGKILL)


def test_readings_are_the_same_in_csv_and_in_parquet(server, tmp_path):
    port = free_port()
    serve(3, LIVE, port)
    unit = lambda name, number: {
        "name": name, "modbusUnitId": number, "updatePeriodSec": 1, "timeoutMs": 100,
        "parameters": [parameter("p, \"1\"", 5) | {"multiplier": "0.1", "unit": "m³"}],
    }  # fmt: skip
    assert server.apply(plant([network("bus", port, [unit("meter", 1)])])).returncode == 0
    server.start()
    (param,) = server.params().values()
    eventually(lambda: len(server.readings(param)) > 2)
    server.stop()
    csv, parquet = tmp_path / "readings.csv", tmp_path / "readings.parquet"
    config = ["--config", str(server.config)]
    for file in [csv, parquet]:
        done = server.run("export", "readings", str(file), *config)
        assert done.returncode == 0, done.stderr
    assert server.run("export", "readings", "-", *config).stdout == csv.read_text()
    columns = "organization, network, device, parameter, unit, value, error"
    lines = duckdb.sql(f"SELECT \"at\", {columns} FROM read_csv('{csv}', all_varchar = true, nullstr = '')").fetchall()
    rows = duckdb.sql(f"SELECT epoch_ms(\"at\"), {columns} FROM read_parquet('{parquet}')").fetchall()
    assert len(lines) > 2 and {line[4:6] for line in lines} == {('p, "1"', "m³")}
    in_ms = lambda text: round(datetime.fromisoformat(text).timestamp() * 1000)
    assert [(in_ms(line[0]), *line[1:]) for line in lines] == rows
    numbers = duckdb.sql(f"SELECT value, number FROM read_parquet('{parquet}')").fetchall()
    assert [float(value) for value, _ in numbers] == [number for _, number in numbers]
    types = dict(row[:2] for row in duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{parquet}')").fetchall())
    assert (types["at"], types["number"], types["value"]) == ("TIMESTAMP WITH TIME ZONE", "DOUBLE", "VARCHAR")
    reversed_range = ["--from", "2026-02-01", "--till", "2026-01-01"]
    refused = server.run("export", "readings", str(tmp_path / "none.csv"), *reversed_range, *config)
    assert refused.returncode == 1 and "till: 2026-01-01" in refused.stderr and "is not later than from" in refused.stderr


def test_check_tells_what_to_mend(server):
    check = lambda *words: server.run("check", "--config", str(server.config), *words)
    fresh = check()
    assert fresh.returncode == 0 and "none yet" in fresh.stdout, fresh.stdout
    assert server.apply(plant([])).returncode == 0
    server.start()
    served = check("--plant", str(server.folder / "plant.yaml"))
    assert served.returncode == 0 and "a server is running on this store" in served.stdout, served.stdout
    server.stop()
    with socket.create_server(("127.0.0.1", server.port)):
        taken = check()
        assert taken.returncode == 1 and "cannot be opened" in taken.stdout, taken.stdout
    (server.folder / "plant.yaml").write_text("organizations: [ { nam: x } ]")
    wrong = check("--plant", str(server.folder / "plant.yaml"))
    assert wrong.returncode == 1 and "fault  plant file" in wrong.stdout, wrong.stdout
    database = server.folder / "data/parabus.sqlite"
    # What stands in the write-ahead log would hide the damage.
    with contextlib.closing(sqlite3.connect(database)) as store:
        assert store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    content = bytearray(database.read_bytes())
    content[len(content) // 3 :] = b"Z" * (len(content) - len(content) // 3)
    database.write_bytes(content)
    damaged = check()
    assert damaged.returncode == 1 and "fault  store" in damaged.stdout, damaged.stdout
    server.config.write_text("[server]\nlisten = 7\n")
    assert check().returncode == 1


def test_keys_are_made_and_revoked_beside_a_running_server(server):
    assert server.apply(plant([])).returncode == 0
    server.start()
    run = lambda *words: server.run(*words, "--config", str(server.config))
    assert run("user", "create", "bob").returncode == 0
    assert run("user", "role", "bob", "Works", "viewer").returncode == 0
    made = run("key", "create", "bob")
    key, password = (line.split()[-1] for line in made.stdout.splitlines())
    headers = {"Content-Type": "application/json"}
    log_in = lambda: server.raw("/authenticate/", {"apiKey": key, "password": password}, headers)
    token = log_in()[1]["token"]
    headers |= {"Authorization": f"token {token}"}
    (org,) = eventually(lambda: server.raw("/user/orgs/", headers=headers)[1])
    assert org["role"] == "viewer" if "role" in org else org
    assert f"{key}  bob" in run("key", "list").stdout and KEY in run("key", "list").stdout
    assert run("key", "revoke", key).returncode == 0
    assert server.raw("/user/orgs/", headers=headers)[0] == 401
    assert log_in()[0] == 401
    told = [json.loads(line) for line in run("audit", "--json").stdout.splitlines()]
    assert [line["action"] for line in told][-4:] == ["create user", "create role", "create API key", "delete API key"]
    assert password not in json.dumps(told) and password not in server.log()
    assert len(run("audit", "--org", "Works", "--limit", "1").stdout.splitlines()) == 1
    assert run("audit", "--since", "2100-01-01").stdout == ""
    assert run("audit", "--org", "Nowhere").returncode == 1


def test_a_hangup_reads_the_log_level_again(server):
    assert server.apply(plant([])).returncode == 0
    server.start()
    hang_up = lambda: (server.process.send_signal(signal.SIGHUP), time.sleep(0.3))
    quiet = server.config.read_text()
    probe = lambda: server.raw("/version/")
    server.config.write_text(quiet + '[log]\nlevel = "trace"\n')
    hang_up()
    before = len(server.log())
    probe()
    eventually(lambda: "TRACE" in server.log()[before:] or "DEBUG" in server.log()[before:], 5)
    server.config.write_text(quiet + '[log]\nlevel = "loud"\n')
    hang_up()
    assert "the configuration stays as it was" in server.log()
    server.config.write_text(quiet + '[log]\nlevel = "error"\n')
    hang_up()
    before = len(server.log())
    probe()
    time.sleep(0.3)
    assert len(server.log()) == before
    server.stop()
    assert server.process.returncode == 0


def test_the_service_manager_is_told(server, tmp_path):
    assert server.apply(plant([])).returncode == 0
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(10)
        server.start(NOTIFY_SOCKET=path, WATCHDOG_USEC="400000")
        told = [manager.recv(200).decode() for _ in range(6)]
        assert told.count("READY=1\n") + told.count("READY=1") == 1, told
        assert sum("WATCHDOG=1" in word for word in told) == 5, told
        # A server that hangs says nothing: that is what the watchdog is for.
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        manager.setblocking(False)
        while True:
            try:
                manager.recv(200)
            except BlockingIOError:
                break
        time.sleep(0.8)
        try:
            assert not manager.recv(200)
        except BlockingIOError:
            pass
        manager.settimeout(10)
        server.process.send_signal(signal.SIGCONT)
        server.process.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in manager.recv(200).decode():
            pass
    server.stop()


def test_a_stop_waits_for_no_stream(server):
    polled(server)
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/live/values/?orgId=1", headers={"Authorization": f"token {server.token}"}
    )
    stream = urllib.request.urlopen(request, timeout=10)
    assert b"event" in stream.readline()
    ended = threading.Event()
    threading.Thread(target=lambda: (stream.read(), ended.set()), daemon=True).start()
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 2
    assert ended.wait(2) and "cut off" not in server.log()


def test_what_is_no_backup_moves_nothing(server, tmp_path):
    assert server.apply(plant([])).returncode == 0
    config = ["--config", str(server.config)]
    before = server.run("export", *config).stdout
    foreign = tmp_path / "foreign.sqlite"
    with contextlib.closing(sqlite3.connect(foreign)) as database:
        database.executescript("CREATE TABLE note (text TEXT); PRAGMA user_version = 5;")
    refused = server.run("restore", str(foreign), *config)
    assert refused.returncode == 1 and "is no backup" in refused.stderr, refused
    assert server.run("export", *config).stdout == before
    assert not list((server.folder / "data").glob("replaced-*"))


def test_the_exact_name_of_an_organization_comes_before_a_slug(server):
    content = plant([])
    content["organizations"] = [{"name": "B", "slug": "b"}, {"name": "b", "slug": "other"}]
    assert server.apply(content).returncode == 0
    config = ["--config", str(server.config)]
    assert server.run("user", "create", "ann", *config).returncode == 0
    assert server.run("user", "role", "ann", "b", "owner", *config).returncode == 0
    text = server.run("export", "--org", "b", *config).stdout
    assert "ann" in text and "ann" not in server.run("export", "--org", "B", *config).stdout


def test_the_trail_tells_why_something_was_switched_off(server):
    off = lambda note: plant([network("bus", 5020, []) | {"disabled": True, "disableNote": note}])
    assert server.apply(off("first")).returncode == 0
    assert server.apply(off("second")).returncode == 0
    trail = server.run("audit", "--json", "--config", str(server.config)).stdout
    assert "first" in trail and "second" in trail, trail
