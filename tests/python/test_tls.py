"""TLS by the server itself."""

import hashlib
import http.client
import json
import signal
import socket
import ssl
import subprocess
import time

import pytest
from conftest import KEY, PARABUS, PASSWORD, eventually, plant


def anyone() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fingerprint(port: int) -> str | None:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as plain, anyone().wrap_socket(plain) as stream:
            digest = hashlib.sha256(stream.getpeercert(True)).hexdigest().upper()
            return ":".join(digest[at : at + 2] for at in range(0, 64, 2))
    except OSError:
        return None


@pytest.fixture
def start(server):
    def start(section: str):
        text = server.config.read_text().replace("[server]\n", "[server]\nheader_timeout_sec = 1\n")
        server.config.write_text(text + f"[server.tls]\n{section}\n")
        assert server.apply(plant([])).returncode == 0
        log = open(server.folder / "server.log", "a")
        words = [PARABUS, "serve", "--config", str(server.config)]
        server.process = subprocess.Popen(words, stdout=log, stderr=log)
        eventually(lambda: fingerprint(server.port) or server.process.poll() is not None)
        return server

    return start


def test_a_certificate_of_its_own_is_kept_and_shown(start):
    server = start("self_signed = true")
    first = fingerprint(server.port)
    assert first in server.log()
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=anyone(), timeout=10)
    connection.request("POST", "/session/", json.dumps({"apiKey": KEY, "password": PASSWORD}))
    reply = connection.getresponse()
    assert reply.status == 204 and "; Secure" in reply.headers["Set-Cookie"]
    authority = ssl.create_default_context(cafile=str(server.folder / "data/tls-certificate.pem"))
    connection = http.client.HTTPSConnection("localhost", server.port, context=authority, timeout=10)
    connection.request("GET", "/health/")
    assert connection.getresponse().status == 200
    checked = server.run("check", "--config", str(server.config))
    assert checked.returncode == 0 and first in checked.stdout, checked.stdout
    server.stop()
    log = open(server.folder / "server.log", "a")
    server.process = subprocess.Popen([PARABUS, "serve", "--config", str(server.config)], stdout=log, stderr=log)
    assert eventually(lambda: fingerprint(server.port)) == first


def test_handshakes_have_a_deadline_and_plain_http_gets_nowhere(start):
    server = start("self_signed = true")
    silent = [socket.create_connection(("127.0.0.1", server.port), 10) for _ in range(50)]
    half = socket.create_connection(("127.0.0.1", server.port), 10)
    half.sendall(b"\x16\x03\x01\x02\x00\x01")
    plain = socket.create_connection(("127.0.0.1", server.port), 10)
    plain.sendall(b"GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"HTTP" not in plain.recv(1000)
    late = socket.create_connection(("127.0.0.1", server.port), 10)
    stream = anyone().wrap_socket(late)
    stream.sendall(b"GET /health/ HTTP/1.1\r\nHo")
    started = time.monotonic()
    for each in [*silent, half]:
        each.settimeout(5)
        try:
            while each.recv(1000):
                pass
        except ConnectionResetError:
            pass
    assert b"200 OK" not in stream.recv(1000)
    assert time.monotonic() - started < 4
    # A stop waits for no handshake.
    socket.create_connection(("127.0.0.1", server.port), 10)
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 2


def test_renewed_files_are_taken_up_and_broken_ones_are_not(start, tmp_path):
    def make(name: str) -> None:
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        words += ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "certificate.pem")]
        subprocess.run(words, check=True, capture_output=True)

    make("first")
    server = start('certificate = "certificate.pem"\nkey = "key.pem"')
    first = fingerprint(server.port)
    (tmp_path / "certificate.pem").write_text("broken")
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "certificate stays as it was" in server.log())
    assert fingerprint(server.port) == first
    make("second")
    server.process.send_signal(signal.SIGHUP)
    second = eventually(lambda: fingerprint(server.port) != first and fingerprint(server.port))
    make("third")
    # Without a signal: the files are looked at every ten seconds.
    eventually(lambda: fingerprint(server.port) not in (first, second, None), 20)


def test_a_wrong_file_is_named(server):
    server.config.write_text(server.config.read_text() + '[server.tls]\ncertificate = "a.pem"\nkey = "b.pem"\n')
    refused = server.run("serve", "--config", str(server.config))
    assert refused.returncode == 1 and "server.tls" in refused.stderr and "a.pem" in refused.stderr
    checked = server.run("check", "--config", str(server.config))
    assert checked.returncode == 1 and "fault  server.tls" in checked.stdout
