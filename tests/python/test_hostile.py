"""Requests that nobody sends by accident: none is answered by 5xx, none takes memory that stays, and
devices are read each second all the while. Everything stays on 127.0.0.1."""

import json
import os
import random
import resource
import socket
import threading
import time

from conftest import KEY, PASSWORD, Server, eventually, free_port, network, parameter, plant
from test_stubs import LIVE, serve

#: Connections that only stand there; more by `PARABUS_IDLE=10000`.
IDLE = int(os.environ.get("PARABUS_IDLE", "2000"))

#: Resident kilobytes that the server may take beyond what it had before.
GROWTH_KB = 200_000

LIMIT = 1_048_576


def polled(server: Server) -> int:
    port = free_port()
    serve(3, LIVE, port)
    unit = {"name": "meter", "modbusUnitId": 1, "updatePeriodSec": 1, "readGroupSize": 9, "parameters": [parameter("p", 5)]}
    assert server.apply(plant([network("bus", port, [unit])])).returncode == 0
    text = server.config.read_text()
    text = text.replace("[server]\n", "[server]\nheader_timeout_sec = 2\n")
    server.config.write_text(text + "[api]\nquota_burst = 100000\nquota_per_second = 10000\n")
    server.start()
    (param,) = server.params().values()
    eventually(lambda: server.readings(param))
    return param


def resident_kb(server: Server) -> int:
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def unaffected(server: Server, param: int, seconds: float) -> None:
    """The server lives, and missed at most one of the readings of these last seconds."""
    assert server.process.poll() is None, server.log()
    assert "panicked" not in server.log(), server.log()
    assert len(server.readings(param)) >= int(seconds) - 1, (len(server.readings(param)), seconds)


def is_whole(reply: bytes) -> bool:
    head, end, body = reply.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return body.endswith(b"0\r\n\r\n")
    return bool(end) and len(body) >= int(fields.get(b"content-length", 0))


def send(server: Server, data: bytes, patience: float = 0.2) -> list[int]:
    """Status codes of what comes back for these bytes. A server that waits for more is told that there is none."""
    reply = b""
    with socket.create_connection(("127.0.0.1", server.port), 5) as stream:
        try:
            stream.sendall(data)
            stream.settimeout(patience)
            try:
                while not is_whole(reply) and (chunk := stream.recv(65536)):
                    reply += chunk
            except TimeoutError:
                pass
            stream.shutdown(socket.SHUT_WR)
            stream.settimeout(5)
            while chunk := stream.recv(65536):
                reply += chunk
        except OSError:
            pass  # Refused while it was still being sent, which is an answer, too.
    statuses = [part.split(b" ", 1)[0] for part in reply.split(b"HTTP/1.1 ")[1:]]
    return [int(status) for status in statuses if status.isdigit()]


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def bodies() -> list[bytes]:
    deep, random_bytes = 100_000, random.Random(7).randbytes(4096)
    return [
        b"", b" ", b"null", b"[]", b"0", b'""', b"true", b"{", b"}", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}",
        b"[" * deep, b'{"a":' * deep, b"[" * deep + b"]" * deep, random_bytes,
        b'{"newValue":"' + b"9" * 900_000 + b'"}', b'{"newValue":"1e999999999"}', b'{"newValue":"-0"}',
        b'{"newValue":"\\u0000\\ud800"}', b'{"newValue":"\xc3\x28"}', b'{"newValue":1e400}', b'{"newValue":null}',
        b'{"newValue":"' + b"\xe2\x80\xae" * 100 + b'"}', b'{"newValue":"1","newValue":"2"}',
        b'{"newValue":"0.' + b"0" * 5000 + b'1"}', b'{"newValue":"' + b" " * 100 + b'1"}',
        b"{" + b",".join(b'"k%d":1' % n for n in range(50_000)) + b"}",
        b'{"apiKey":"' + KEY.encode() + b'","password":"' + b"x" * 1_000_000 + b'"}',
        b'{"deviceModbusId":99999999999999999999,"address":-1}', b'{"regs":[' + b"{}," * 100_000 + b"{}]}",
        b'{"deviceModbusId":1,"address":65535,"registersNum":125,"kind":"holding","connection":{"kind":"net-id","networkId":1}}',
        b'{"deviceModbusId":1,"address":0,"registersNum":1,"kind":"holding","connection":{"kind":"direct","ip":"169.254.169.254","port":80}}',
        b"x" * (LIMIT + 1), b"[" + b" " * (LIMIT - 2) + b"]",
    ]  # fmt: skip


def paths() -> list[str]:
    names = [
        "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/%00", "/%ff%fe",
        "/api/v1/net/%31/", "/api/v1/net/1%2f/", "/api/v1/net/-1/", "/api/v1/net/1e3/", "/api/v1/net/../net/1/",
        "/api/v1/net/9223372036854775808/", "/api/v1/net/%2e/", "/api/v1/net//", "/api/v1//net/1/", "/API/V1/net/1/",
        "/api/v1/net/" + "1" * 5000 + "/", "/" + "a/" * 5000, "/api/v1/readings/get/?paramId=1&paramId=2",
        "/api/v1/readings/get/?paramId=1&pointsLimit=99999999999999999999", "/api/v1/readings/get/?paramId=1&from=%00",
        "/api/v1/readings/get/?paramId=1&from=99999-01-01T00:00:00Z", "/api/v1/readings/get/?" + "&" * 5000,
        "/api/v1/readings/get/?paramId=1&till=-271821-04-20T00:00:00Z", "/api/v1/params/get-info/?paramIds=" + "1," * 4000,
        "/api/v1/params/last-readings/?paramIds=,,,&lang=xx", "/live/values/?orgId=1%27", "/live/values/", "/metrics/x", "*",
        "/assets/../../../etc/passwd", "/index.html%00.png", "http://evil.example/api/v1/version/", "/?" + "%" * 999,
    ]  # fmt: skip
    return names


def heads(token: str) -> list[bytes]:
    """Whole headers that are no good."""
    json_type = "Content-Type: application/json\r\n"
    ask = "GET /api/v1/user/orgs/ HTTP/1.1\r\nHost: x\r\n" + json_type
    post = "POST /api/v1/authenticate/ HTTP/1.1\r\nHost: x\r\n" + json_type
    good = f"Authorization: token {token}\r\n"
    raw = [
        ask + "\r\n", ask + "Authorization: token\r\n\r\n", ask + "Authorization: token  \r\n\r\n",
        ask + f"Authorization: Token {token}\r\n\r\n", ask + f"Authorization: token {token.upper()}\r\n\r\n",
        ask + f"Authorization: token {{{token}}}\r\n\r\n", ask + good + good + "\r\n", ask + "Authorization: " + "x" * 60_000 + "\r\n\r\n",
        ask + "".join(f"X-{n}: y\r\n" for n in range(500)) + "\r\n", ask + "X: " + "y" * 1_000_000 + "\r\n\r\n",
        ask + good + "Origin: null\r\n\r\n", ask + good + "Origin: \xff\xfe\r\n\r\n", ask + good + "Expect: 100-continue\r\n\r\n",
        ask + "No colon\r\n\r\n", ask + " folded\r\n\r\n", ask + "X : y\r\n\r\n", ask + "X:\x00\r\n\r\n",
        "GET /api/v1/user/orgs/ HTTP/9.9\r\n\r\n", "GET  /  HTTP/1.1\r\n\r\n", "get / HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n", "G" * 100_000 + " / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01",
        "CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
        post + "Content-Length: -1\r\n\r\n{}", post + "Content-Length: 99999999999999999999\r\n\r\n{}",
        post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", post + "Content-Length: +2\r\n\r\n{}",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}", post + "Transfer-Encoding: gzip\r\n\r\n{}",
        post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: " + "y" * 100_000 + "\r\n\r\n",
        post + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", post + "Content-Length: 100\r\n\r\n{}",
    ]  # fmt: skip
    return [text.encode("latin-1") for text in raw]


def test_no_request_is_answered_by_a_fault(server):
    param = polled(server)
    started, before, asked, answered, seen = time.monotonic(), resident_kb(server), 0, 0, set()

    def ask(data: bytes) -> None:
        nonlocal asked, answered
        statuses = send(server, data)
        assert all(status < 500 for status in statuses), (data[:300], statuses)
        asked += 1
        answered += bool(statuses)
        seen.update(statuses)

    headers = {"Host": "x", "Content-Type": "application/json", "Authorization": f"token {server.token}"}
    posts = ["/authenticate/", f"/param/{param}/write/", "/raw/read-register-group/", "/raw/write-register-group/"]
    posts += ["/raw/read-multiple-register-groups/with-timeout/", "/net/1/change-disable/", "/raw/send-controller-passwords/"]
    for body in bodies():
        for path in posts:
            ask(request("POST", "/api/v1" + path, headers | {"Content-Length": str(len(body))}, body))
        ask(request("POST", "/session/", headers | {"Content-Length": str(len(body))}, body))
    for path in paths():
        for method in ("GET", "POST", "OPTIONS", "DELETE"):
            ask(request(method, path, headers | {"Content-Length": "0"}))
    for head in heads(server.token):
        ask(head)
    for kind in ("", "text/plain", "application/json; charset=utf-16", "application/" + "x" * 9000, "\xff"):
        ask(request("POST", "/api/v1/authenticate/", headers | {"Content-Type": kind, "Content-Length": "2"}, b"{}"))
    generator = random.Random(11)
    whole = request("POST", "/api/v1/authenticate/", headers | {"Content-Length": "2"}, b"{}")
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(generator.randint(1, 6)):
            broken[generator.randrange(len(broken))] = generator.randrange(256)
        ask(bytes(broken[: generator.randint(1, len(broken))] if generator.random() < 0.3 else broken))
    growth = resident_kb(server) - before
    print(f"{asked} requests, {answered} answered, statuses {sorted(seen)}, {growth} kB more, {time.monotonic() - started:.1f} s")
    assert {400, 401, 404} <= seen and asked > 600 and answered > 0.8 * asked
    assert growth < GROWTH_KB
    unaffected(server, param, time.monotonic() - started)


def test_connections_that_stand_there_are_ended_and_hold_up_nobody(server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, IDLE + 1000), hard))
    param = polled(server)
    started, before = time.monotonic(), resident_kb(server)
    idle = []
    for number in range(IDLE):
        stream = socket.socket()
        stream.setblocking(False)
        stream.connect_ex(("127.0.0.1", server.port))
        idle.append(stream)
        if number % 200 == 199:
            time.sleep(0.01)
    grown = resident_kb(server) - before
    # They fill all 1024 places; the oldest of them gives way.
    health = lambda: send(server, b"GET /health/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 60)
    asked = time.monotonic()
    assert health() == [200]
    waited = time.monotonic() - asked
    print(f"{IDLE} idle connections: {grown} kB more, the next request answered after {waited * 1000:.0f} ms")
    # A full queue in the system drops the call once, and it is repeated after a second.
    assert waited < 3
    assert resident_kb(server) - before < GROWTH_KB
    for stream in idle:
        stream.close()
    assert health() == [200]
    unaffected(server, param, time.monotonic() - started)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_slow_headers_are_cut_off_and_slow_bodies_hold_up_nobody(server):
    param = polled(server)
    started, ended = time.monotonic(), []

    def drip(first: bytes, byte: bytes, seconds: float) -> None:
        with socket.create_connection(("127.0.0.1", server.port), 10) as stream:
            begun = time.monotonic()
            try:
                stream.sendall(first)
                while time.monotonic() - begun < seconds:
                    time.sleep(0.2)
                    stream.sendall(byte)
            except OSError:
                pass
            ended.append((first[:4], time.monotonic() - begun))

    head = (b"GET /health/ HTTP/1.1\r\nX-Slow: ", b"y", 5)
    post = b"POST /api/v1/authenticate/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n"
    threads = [threading.Thread(target=drip, args=head) for _ in range(40)]
    threads += [threading.Thread(target=drip, args=(post, b" ", 4)) for _ in range(40)]
    for thread in threads:
        thread.start()
    worst = 0.0
    while any(thread.is_alive() for thread in threads):
        asked = time.monotonic()
        assert send(server, b"GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n", 5) == [200]
        worst = max(worst, time.monotonic() - asked)
        time.sleep(0.1)
    assert all(seconds < 4 for kind, seconds in ended if kind == b"GET "), ended
    print(f"the slowest other request took {worst * 1000:.0f} ms")
    assert worst < 1
    unaffected(server, param, time.monotonic() - started)


def test_a_flood_of_log_ins_holds_up_neither_requests_nor_polling(server):
    param = polled(server)
    started, statuses = time.monotonic(), []
    body = json.dumps({"apiKey": KEY, "password": PASSWORD + "?"}).encode()
    headers = {"Host": "x", "Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    data = request("POST", "/api/v1/authenticate/", headers, body)
    flood = [threading.Thread(target=lambda: statuses.extend(send(server, data, 60))) for _ in range(300)]
    before = resident_kb(server)
    for thread in flood:
        thread.start()
    worst, most = 0.0, 0
    while any(thread.is_alive() for thread in flood):
        asked = time.monotonic()
        server.api("/user/orgs/")
        worst, most = max(worst, time.monotonic() - asked), max(most, resident_kb(server))
        time.sleep(0.05)
    print(f"{len(statuses)} log-ins, {statuses.count(403)} refused; others waited {worst * 1000:.0f} ms, {most - before} kB more")
    assert set(statuses) <= {401, 403} and len(statuses) == 300
    # Two checks at once take 19 MiB each, however many wait.
    assert worst < 1.5 and most - before < 100_000
    time.sleep(2)
    unaffected(server, param, time.monotonic() - started)


def test_a_refusal_arrives_however_large_the_body(server):
    """A caller who sends everything before it looks at the answer gets it, and may go on with the connection."""
    polled(server)
    body = b" " * (24 << 20)
    headers = {"Host": "x", "Content-Type": "application/json", "Content-Length": str(len(body))}
    wanted = {
        ("POST", "/api/v1/translations/"): "NoAuthTokenProvided",
        ("POST", "/api/v1/authenticate/"): "PayloadIsTooLarge",
        ("POST", "/api/v1/nowhere/"): "IncorrectEndpoint",
        ("POST", "/api/v1/version/"): "IncorrectEndpoint",
    }
    before = resident_kb(server)
    for (method, path), code in wanted.items():
        with socket.create_connection(("127.0.0.1", server.port), 10) as stream:
            stream.settimeout(10)
            for _ in range(2):
                stream.sendall(request(method, path, headers, body))
                reply = b""
                while not is_whole(reply):
                    more = stream.recv(65536)
                    assert more, (path, reply)
                    reply += more
                assert json.loads(reply.partition(b"\r\n\r\n")[2])["errorCode"] == code, reply
    # Who asks first is told not to send.
    with socket.create_connection(("127.0.0.1", server.port), 10) as stream:
        stream.sendall(request("POST", "/api/v1/authenticate/", headers | {"Expect": "100-continue"}, b""))
        assert stream.recv(65536).startswith(b"HTTP/1.1 400")
    assert resident_kb(server) - before < 20_000
