"""The device zoo on real sockets: neighbours are read on time, and nothing wrong is ever stored."""

import os
import pathlib
import re
import subprocess
import time

from conftest import KEY, PARABUS, PASSWORD, Server, eventually, free_port

ZOO = pathlib.Path(__file__).parents[2] / "server/demo/zoo.yaml"
SECONDS = 15

# Read whatever happens to others; of those that behave.
WELL = {"Neighbour", "Meter", *(f"Unit {number}" for number in range(6, 11))}
WELL_KINDS = {"slow", "byte-by-byte", "duplicated", "one-at-a-time", "flapping"}


def test_the_zoo(server: Server, tmp_path, monkeypatch):
    monkeypatch.setenv("PARABUS_DEMO_KEY", KEY)
    monkeypatch.setenv("PARABUS_DEMO_PASSWORD", PASSWORD)
    plant = tmp_path / "zoo.yaml"
    plant.write_text(re.sub(r"port: \d+", lambda _: f"port: {free_port()}", ZOO.read_text()))
    backward = free_port()
    server.config.write_text(server.config.read_text() + f'[backward]\nlisten = "127.0.0.1:{backward}"\n')
    applied = server.run("apply", str(plant), "--config", str(server.config))
    assert applied.returncode == 0, applied.stderr
    server.start()
    words = [PARABUS, "simulate", str(plant), "--backward", f"127.0.0.1:{backward}", "--until-stdin-closes"]
    played = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=os.environ)
    try:
        params = server.api("/org/1/nets/device-param-tree/")
        dialled_in = [net for net in params.values() if net["name"].endswith("dials in")]
        assert len(dialled_in) == 3
        weight_of = lambda device: next(int(id) for id, param in device["parameters"].items() if param["name"] == "Weight")
        meters = [weight_of(device) for net in dialled_in for device in net["devices"].values()]
        eventually(lambda: all(server.readings(meter) for meter in meters), 30)
        time.sleep(SECONDS)
        wrong, late, checked = [], [], 0
        for net in params.values():
            for device in net["devices"].values():
                points = {param["name"]: server.readings(int(id)) for id, param in device["parameters"].items()}
                for name, (low, high) in {"Weight": (369, 431), "Age": (1000, 2000)}.items():
                    values = [value for _, value in points[name] if value is not None]
                    # Units that only ever refuse hold zero.
                    wrong += [(net["name"], device["name"], name, value) for value in values if not low <= value <= high]
                    checked += len(values)
                    is_well = device["name"] in WELL or net["name"] in WELL_KINDS
                    if is_well and len(values) < 0.9 * SECONDS:
                        late.append((net["name"], device["name"], name, len(values)))
        assert not wrong, wrong
        assert not late, late
        assert checked > 1000
    finally:
        played.stdin.close()
        played.wait(10)
