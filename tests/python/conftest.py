"""The parabus program on free ports, with a plant file of the test's own."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

PARABUS = os.environ.get("PARABUS_BIN", str(pathlib.Path(__file__).parents[2] / "target/debug/parabus"))
KEY = "513cf747-eb5c-4d5f-931f-d22c9872c73c"
PASSWORD = "DCdcSLmkoZkU5zGI9gpInDbo"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def parameter(name: str, address: int, **more) -> dict:
    return {"name": name, "registerKind": "holding", "address": address, "type": "u16-be", **more}


def plant(networks: list[dict]) -> dict:
    """A plant of these networks with one owner."""
    user = {"name": "ann", "role": "owner", "keys": [{"apiKey": KEY, "password": PASSWORD}]}
    return {"organizations": [{"name": "Works", "users": [user], "networks": networks}]}


def network(name: str, port: int, devices: list[dict]) -> dict:
    return {"name": name, "connection": {"kind": "direct", "ip": "127.0.0.1", "port": port}, "devices": devices}


class Server:
    """A server and its HTTP API."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.port = free_port()
        self.config = folder / "parabus.toml"
        self.config.write_text(f'[server]\nlisten = "127.0.0.1:{self.port}"\n[access]\nallow_loopback = true\n')
        self.process = None
        self.token = None

    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def run(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([PARABUS, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)

    def apply(self, content: dict, *words: str) -> subprocess.CompletedProcess:
        file = self.folder / "plant.yaml"
        file.write_text(json.dumps(content))  # JSON is YAML.
        return self.run("apply", str(file), "--config", str(self.config), *words)

    def start(self, **environment: str) -> None:
        log = open(self.folder / "server.log", "a")
        words = [PARABUS, "serve", "--config", str(self.config)]
        self.process = subprocess.Popen(words, stdout=log, stderr=log, env=os.environ | environment)
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=2)
                return
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(15)

    def raw(self, path: str, body=None, headers: dict | None = None) -> tuple[int, dict]:
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}/api/v1{path}"
        request = urllib.request.Request(url, data, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=15) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def api(self, path: str, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token is None:
            status, reply = self.raw("/authenticate/", {"apiKey": KEY, "password": PASSWORD}, headers)
            assert status == 200, reply
            self.token = reply["token"]
        status, reply = self.raw(path, body, headers | {"Authorization": f"token {self.token}"})
        assert status == 200, reply
        return reply

    def params(self) -> dict[tuple[str, str], int]:
        """Identifiers of parameters by the names of device and parameter."""
        tree = self.api("/org/1/nets/device-param-tree/")
        return {
            (device["name"], param["name"]): int(id)
            for net in tree.values()
            for device in net["devices"].values()
            for id, param in device["parameters"].items()
        }

    def readings(self, param: int) -> list:
        """All stored readings of a parameter, newest first."""
        points, till = [], ""
        while batch := self.api(f"/readings/get/?paramId={param}&pointsLimit=1000{till}"):
            points += batch
            if len(batch) < 1000:
                break
            till = f"&till={batch[-1][0]}"
            points.pop()
        return points


@contextlib.contextmanager
def simulator(file: pathlib.Path, networks: int):
    """Plays the plant of a file; the lines that name its networks."""
    process = subprocess.Popen([PARABUS, "simulate", str(file)], stdout=subprocess.PIPE, text=True)
    try:
        yield [process.stdout.readline() for _ in range(networks)]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture
def server(tmp_path):
    running = Server(tmp_path)
    yield running
    running.stop(signal.SIGKILL)


def eventually(check, seconds: float = 15):
    """What `check` gives once it gives something true."""
    end = time.monotonic() + seconds
    while not (result := check()):
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)
    return result
