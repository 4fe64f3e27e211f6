"""The client of the API against a server that does what a test says, and against a real one."""

import collections
import http.server
import inspect
import json
import logging
import pathlib
import pickle
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import numpy as np
import pytest
from conftest import KEY, PASSWORD, Server, eventually, free_port, network, parameter, plant

import parabus
from parabus import ApiError, Client
from parabus.client import _client
from parabus.session import serve

ROOT = pathlib.Path(__file__).parents[2]
API = json.loads((ROOT / "server/openapi.json").read_text())
ENDPOINTS = [(method.upper(), path) for path, methods in API["paths"].items() for method in methods]


class Stub:
    """An HTTP server. `answers` are given in turn, the last one for ever: a status with a body and headers, or
    `reset`, which hangs up. Log-ins are answered by themselves unless `log_in` says how."""

    def __init__(self, port: int = 0):
        self.seen: list[tuple[str, str, str | None]] = []
        self.headers: list[dict] = []
        self.bodies: list[bytes] = []
        self.answers = collections.deque([(200, {})])
        self.life = timedelta(hours=1)
        #: How far the server's clock is ahead of ours.
        self.ahead = timedelta()
        self.log_in = self.token_of_its_own
        self.log_ins = 0
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/api/v1/authenticate/":
                    stub.log_ins += 1
                    reply = stub.log_in()
                else:
                    stub.seen.append((self.command, self.path.removeprefix("/api/v1"), self.headers["Authorization"]))
                    stub.headers.append(dict(self.headers))
                    stub.bodies.append(body)
                    reply = stub.answers[0] if len(stub.answers) == 1 else stub.answers.popleft()
                    reply = reply() if callable(reply) else reply
                if reply == "reset":
                    self.close_connection = True
                    return
                status, content, *more = reply
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response_only(status)
                self.send_header("Date", format_datetime(datetime.now(timezone.utc) + stub.ahead, usegmt=True))
                self.send_header("Content-Length", str(len(data)))
                for name, value in (more[0] if more else {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.server.handle_error = lambda *_: None  # Clients hang up where they are told to.
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def token_of_its_own(self):
        ends = datetime.now(timezone.utc) + self.ahead + self.life
        token = f"00000000-0000-4000-8000-{self.log_ins:012}"
        return 200, {"token": token, "expiresOn": ends.strftime("%Y-%m-%dT%H:%M:%S.000Z")}

    def client(self, **more) -> Client:
        return Client(self.url, KEY, PASSWORD, **more)


def refusal(status: int, code: str, **headers: str):
    return status, {"errorCode": code, "errorMessage": "no"}, headers


ENDED = refusal(401, "IncorrectAuthToken")


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setattr(_client, "_PAUSE_S", 0.01)
    stub = Stub()
    yield stub
    stub.server.shutdown()
    stub.server.server_close()


def test_the_generated_files_are_those_of_the_description():
    """Whoever changes the API and does not run `tests/make/client.py` fails here."""
    made = subprocess.run([sys.executable, str(ROOT / "tests/make/client.py"), "--check"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]


def test_every_endpoint_has_a_method_that_sends_what_it_takes(stub):
    """Each is called with something for every argument; method, path, query and body arrive."""
    client = stub.client()
    calls = {name: call for name, call in inspect.getmembers(_client.Calls, inspect.isfunction) if name[0] != "_"}
    assert len(calls) == len(ENDPOINTS) == 90
    for name in calls:
        arguments = {}
        for argument in list(inspect.signature(calls[name]).parameters.values())[1:]:
            is_list = argument.name.endswith("_ids") and argument.kind is argument.KEYWORD_ONLY
            arguments[argument.name] = [5, 6] if is_list else {"b": 1} if argument.name == "body" else "ü/5"
        if name == "authenticate":
            continue  # The stub answers log-ins apart.
        getattr(client, name)(**arguments)
    wanted = {}
    for method, path in ENDPOINTS:
        operation = API["paths"][path][method.lower()]
        query = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        wanted[method, path.format_map(collections.defaultdict(lambda: "%C3%BC%2F5"))] = query
    seen = set()
    for (method, target, token), headers, body in zip(stub.seen, stub.headers, stub.bodies, strict=True):
        path, _, query = target.partition("?")
        assert {part.split("=")[0] for part in query.split("&") if part} == wanted[method, path]
        for part in query.split("&"):
            if "Ids=" in part:
                assert part.endswith("=5%2C6")
        assert headers["Content-Type"] == "application/json"
        assert (token is None) == (path == "/version/")
        assert body == b"" if method == "GET" else json.loads(body) in (None, {"b": 1}, "ü/5")
        seen.add((method, path))
    assert seen == set(wanted) - {("POST", "/authenticate/")}


def test_one_log_in_serves_all_calls(stub):
    def slowly():
        time.sleep(0.3)
        return stub.token_of_its_own()

    stub.log_in = slowly
    client = stub.client()
    threads = [threading.Thread(target=client.user_orgs) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (len(stub.seen), stub.log_ins) == (12, 1)


@pytest.mark.parametrize("hours_ahead", [0, 30, -30])
def test_a_token_is_renewed_before_it_ends_by_the_servers_clock(stub, hours_ahead):
    stub.ahead = timedelta(hours=hours_ahead)
    client = stub.client()
    for _ in range(3):
        client.user_orgs()
    assert stub.log_ins == 1
    stub.life = timedelta()
    client = stub.client()
    client.user_orgs()
    client.user_orgs()
    assert stub.log_ins == 3, "one that lives no longer is renewed for each call"
    assert len({token for _, _, token in stub.seen}) == 3


def test_a_token_that_the_server_ended_is_renewed_once(stub):
    stub.answers = collections.deque([(200, []), ENDED, (200, ["again"])])
    client = stub.client()
    assert client.user_orgs() == []
    assert client.user_orgs() == ["again"]
    tokens = [token for _, _, token in stub.seen]
    assert tokens[0] == tokens[1] != tokens[2] and stub.log_ins == 2


def test_a_write_is_repeated_after_a_token_that_had_ended(stub):
    stub.answers = collections.deque([ENDED, (200, {"ok": {"newValue": "1"}})])
    assert "ok" in stub.client().param_write(5, {"newValue": "1"})
    assert stub.bodies == [b'{"newValue": "1"}'] * 2


def test_no_loop_where_every_token_is_refused(stub):
    stub.answers = collections.deque([ENDED])
    with pytest.raises(ApiError) as refused:
        stub.client().user_orgs()
    assert refused.value.code == "IncorrectAuthToken"
    assert (len(stub.seen), stub.log_ins) == (2, 2)


def test_what_the_role_forbids_is_no_reason_to_log_in(stub):
    stub.answers = collections.deque([refusal(401, "NotAuthorized")])
    with pytest.raises(ApiError):
        stub.client().user_orgs()
    assert (len(stub.seen), stub.log_ins) == (1, 1)


def test_a_wrong_password_is_told_to_all_that_wait_and_not_tried_again(stub):
    def slowly():
        time.sleep(0.3)
        return refusal(401, "NotAuthorized")

    stub.log_in = slowly
    client, told = stub.client(), []

    def call():
        try:
            client.user_orgs()
        except ApiError as error:
            told.append((error.code, error.path))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert told == [("NotAuthorized", "/authenticate/")] * 8
    assert (len(stub.seen), stub.log_ins) == (0, 1)
    stub.log_in = stub.token_of_its_own
    assert client.user_orgs() == {}, "a later call tries anew"


#: What a client meets, and whether it asks again: with GET, with POST.
MEETS = [
    ("reset", True, False),
    (refusal(403, "TooManyRequests"), True, True),
    ((429, b""), True, False),
    ((429, b"", {"Retry-After": "0"}), True, True),
    ((502, b"<html>"), True, False),
    ((503, b"<html>"), True, False),
    ((503, b"<html>", {"Retry-After": "0"}), True, True),
    ((503, b"", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), True, True),
    ((504, b"<html>"), True, False),
    (refusal(500, "InternalServerError"), False, False),
    (refusal(400, "IncorrectRequest"), False, False),
    (refusal(404, "ObjectNotFound"), False, False),
    ((503, b"", {"Retry-After": "3600"}), False, False),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "gets_again", "posts_again"), MEETS)
def test_what_is_safe_is_repeated_and_nothing_else(stub, answer, gets_again, posts_again):
    client = stub.client(retries=2)
    client.user_orgs()
    for call, is_repeated in ((client.user_orgs, gets_again), (lambda: client.params_delete({"paramIds": [1]}), posts_again)):
        stub.seen.clear()
        stub.answers = collections.deque([answer, answer, (200, {"fine": True})])
        if is_repeated:
            assert call() == {"fine": True}
            assert len(stub.seen) == 3
        else:
            with pytest.raises(ApiError):
                call()
            assert len(stub.seen) == 1
    assert stub.log_ins == 1


@pytest.mark.parametrize(("answer", "is_repeated"), [(answer, gets_again) for answer, gets_again, _ in MEETS])
def test_a_log_in_is_repeated_as_a_get_is(stub, answer, is_repeated):
    stub.log_in = lambda: answer if stub.log_ins <= 2 else stub.token_of_its_own()
    client = stub.client(retries=2)
    if is_repeated:
        assert client.user_orgs() == {} and stub.log_ins == 3
        return
    with pytest.raises(ApiError) as error:
        client.user_orgs()
    assert error.value.path == "/authenticate/" and (len(stub.seen), stub.log_ins) == (0, 1)


def test_a_server_that_comes_up_late_is_logged_in_to(monkeypatch):
    monkeypatch.setattr(_client, "_PAUSE_S", 0.2)
    port = free_port()
    started: list[Stub] = []
    late = threading.Timer(0.3, lambda: started.append(Stub(port)))
    late.start()
    try:
        assert Client(f"http://127.0.0.1:{port}", KEY, PASSWORD).user_orgs() == {}
    finally:
        late.join()
        started[0].server.shutdown()
        started[0].server.server_close()
    assert started[0].log_ins == 1


def test_a_closed_client_says_so_and_does_not_log_in_again(stub):
    with stub.client() as client:
        client.user_orgs()
    assert stub.seen[-1][:2] == ("POST", "/logout/")
    client.close()
    for call in (client.user_orgs, client.version, client.logout, lambda: client.readings(5)):
        with pytest.raises(ApiError, match="Closed: the client was closed, make a new `Client`") as error:
            call()
        assert error.value.code == "Closed" and error.value.status is None
    assert (len(stub.seen), stub.log_ins) == (2, 1)


def test_closing_ends_what_is_repeated(stub):
    def busy():
        client.close()
        return 503, b""

    stub.log_in = busy
    client = stub.client()
    with pytest.raises(ApiError, match="Closed"):
        client.user_orgs()
    assert stub.log_ins == 1


def test_it_gives_up_after_its_retries(stub):
    stub.answers = collections.deque([(503, b"")])
    with pytest.raises(ApiError) as error:
        stub.client(retries=3).user_orgs()
    assert error.value.status == 503 and len(stub.seen) == 4


def test_it_waits_as_long_as_the_server_asks(stub):
    stub.answers = collections.deque([(503, b"", {"Retry-After": "1"}), (200, [])])
    begun = time.monotonic()
    stub.client().user_orgs()
    assert 1 <= time.monotonic() - begun < 3


def test_an_answer_that_does_not_come_in_time_is_not_waited_for_again(stub):
    def slowly():
        time.sleep(1)
        return 200, []

    client = stub.client(timeout_ms=300)
    client.user_orgs()
    stub.answers = collections.deque([slowly])
    with pytest.raises(ApiError, match="no answer in time") as error:
        client.user_orgs()
    assert error.value.status is None and error.value.code == "NoReply" and len(stub.seen) == 2


def test_errors_have_what_the_api_said(stub):
    stub.answers = collections.deque([refusal(404, "ObjectNotFound")])
    with pytest.raises(parabus.ParabusError, match="^GET /net/7/: 404 ObjectNotFound: no$") as caught:
        stub.client().net(7)
    error = caught.value
    assert isinstance(error, ApiError)
    assert (error.status, error.code, error.message, error.method, error.path) == (404, "ObjectNotFound", "no", "GET", "/net/7/")
    assert (error.kind, error.offset) == ("ObjectNotFound", None)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code) == (str(error), error.code)


def test_other_programs_are_not_taken_for_the_api(stub):
    client = stub.client()
    for answer, text in [
        ((200, b"<html>welcome</html>"), "none of the API's"),
        ((301, b"", {"Location": "https://plant.example/"}), "it is at `https://plant.example/`"),
        ((404, b'{"detail": "Not Found"}'), "none of the API's"),
    ]:
        stub.answers = collections.deque([answer])
        with pytest.raises(ApiError, match=text) as error:
            client.user_orgs()
        assert error.value.code == "NotTheApi"
    with pytest.raises(ApiError, match="no answer: .*refused") as error:
        Client("http://127.0.0.1:9", KEY, PASSWORD, retries=0).version()
    assert error.value.code == "NoReply" and error.value.__cause__ is not None


def test_secrets_are_nowhere_to_be_seen(stub, caplog):
    caplog.set_level(logging.DEBUG)
    client = stub.client(retries=0)
    client.user_orgs()
    stub.answers = collections.deque([refusal(400, "IncorrectRequest"), "reset"])
    texts = [repr(client), str(client), repr(vars(client))]
    for call in (lambda: client.raw_send_controller_passwords({"deviceModbusId": 1, "passwords": ["open sesame"], "connection": {"kind": "net-id", "networkId": 1}}), client.user_orgs):
        with pytest.raises(ApiError) as error:
            call()
        texts += [str(error.value), repr(error.value), repr(error.value.args)]
    stub.log_in = lambda: refusal(401, "NotAuthorized")
    with pytest.raises(ApiError) as error:
        stub.client().user_orgs()
    texts += [str(error.value), caplog.text]
    token = stub.seen[0][2].removeprefix("token ")
    for secret in (PASSWORD, "open sesame", token):
        assert not [text for text in texts if secret in text]
    for url in ("http://ann:hidden@plant.example", "hidden", "ftp://hidden"):
        with pytest.raises(ValueError) as refused:
            Client(url, KEY, PASSWORD)
        assert "hidden" not in str(refused.value)


def test_leaving_logs_out(stub):
    with stub.client() as client:
        client.version()
    assert stub.log_ins == 0 and len(stub.seen) == 1, "nobody was logged in"
    with stub.client() as client:
        client.user_orgs()
    assert stub.seen[-1][:2] == ("POST", "/logout/")


def test_integers_keep_their_digits(stub):
    exact = 2**64 - 1
    stub.answers = collections.deque([(200, f'{{"5": {{"minValue": {exact}, "maxValue": 0.1}}}}'.encode()), (200, f'[["2026-01-31T00:00:00Z", {exact}], ["2026-01-30T00:00:00.5Z", null]]'.encode())])
    client = stub.client()
    assert client.readings_min_max_range({"paramIds": [5], "from": "x", "till": "y"})["5"]["minValue"] == exact
    times, values = client.readings(5, exact=True)
    assert values == [None, exact] and times.tolist() == [1769731200500, 1769817600000]


def stored_points(stub, count: int):
    """Makes the stub keep readings, several at one instant, and answer as the API does."""
    base = datetime(2026, 1, 1, tzinfo=timezone.utc)
    points = [(base + timedelta(milliseconds=1500 * (place // 3)), place) for place in range(count)]

    def text(at):
        whole = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return whole.replace(".000Z", "Z")

    def answer():
        query = dict(part.split("=") for part in stub.seen[-1][1].partition("?")[2].replace("%3A", ":").split("&"))
        moments = {name: datetime.fromisoformat(query[name].replace("Z", "+00:00")) for name in ("from", "till") if name in query}
        assert moments.get("from", base) <= moments.get("till", base + timedelta(days=9)), "the API refuses it"
        found = [point for point in points if moments.get("from", point[0]) <= point[0] <= moments.get("till", point[0])]
        return 200, [[text(at), value] for at, value in reversed(found[-int(query["pointsLimit"]) :])]

    stub.answers = collections.deque([answer])
    return base


def test_all_pages_of_readings_are_read_and_none_twice(stub):
    base = stored_points(stub, 5000)
    client = stub.client()
    times, values = client.readings(5)
    assert values.tolist() == list(range(5000)) and times.dtype == np.int64 and values.dtype == np.float64
    start = int(base.timestamp() * 1000)
    assert times.tolist() == [start + 1500 * (place // 3) for place in range(5000)]
    # A range has its start and not its end, in whatever form.
    first, last = start + 1500, start + 1500 * 1001
    for begin, end in [
        (first, last),
        (base + timedelta(milliseconds=1500), base + timedelta(milliseconds=1500 * 1001)),
        ("2026-01-01T01:00:01.500+01:00", last),
        (np.datetime64(first, "ms"), np.datetime64(last, "ms")),
    ]:
        assert client.readings(5, begin, end).values.tolist() == list(range(3, 3003))
    assert len(client.readings(5, last, first).values) == 0
    for wrong in ("2026-01-01T00:00:00", "yesterday", datetime(2026, 1, 1)):
        with pytest.raises(ValueError):
            client.readings(5, wrong)


def test_all_pages_of_a_log_are_read_while_it_grows(stub, monkeypatch):
    monkeypatch.setattr(_client, "_RECORDS", 10)
    log = [f"record {place}" for place in range(35)]  # Oldest first.

    def answer():
        query = dict(part.split("=") for part in stub.seen[-1][1].partition("?")[2].split("&"))
        first = (int(query["page"]) - 1) * 10
        reply = {"records": log[::-1][first : first + 10], "totalRecords": len(log)}
        log.extend(["new", "newer", "newest"])
        return 200, reply

    stub.answers = collections.deque([answer])
    client = stub.client()
    there = log[::-1]
    assert list(client.alert_log_records(7)) == there
    now = log[::-1]
    assert list(client.org_alerts_log_records(1, net_id=2, lang="pl"))[: len(now)] == now
    assert "netId=2" in stub.seen[-1][1] and "lang=pl" in stub.seen[-1][1]


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """A server that has read a device for some seconds; with what the device holds."""
    registers = {"holding": {5: 100, 6: 0xFFFF, 7: 0xFFFF, 8: 0xFFFF, 9: 0xFFFF}}
    server = Server(tmp_path_factory.mktemp("works"))
    with serve([1], registers, port=0) as device:
        parameters = [
            parameter("level", 5, isProgrammable=True, multiplier=0.1),
            parameter("counter", 6) | {"type": "u64-be"},
        ]
        unit = {"name": "tank", "modbusUnitId": 1, "updatePeriodSec": 1, "parameters": parameters}
        applied = server.apply(plant([network("bus", device.port, [unit])]))
        assert applied.returncode == 0, applied.stderr
        server.start()
        with Client(f"http://127.0.0.1:{server.port}", KEY, PASSWORD) as client:
            yield client, server, registers["holding"]
        server.stop()


def test_readings_are_the_apis_own(works, monkeypatch):
    client, server, _ = works
    level, counter = (server.params()["tank", name] for name in ("level", "counter"))
    eventually(lambda: len(client.readings_get(param_id=level)) >= 7, 20)
    whole = client.readings_get(param_id=level)[::-1]
    end = int(datetime.fromisoformat(whole[-1][0].replace("Z", "+00:00")).timestamp() * 1000) + 1
    for page in (1000, 3, 2):
        monkeypatch.setattr(_client, "_POINTS", page)
        times, values = client.readings(level, end=end)
        # The API prints instants as `parabus.segments` reads them.
        assert times.tolist() == [round(datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() * 1000) for at, _ in whole]
        assert values.tolist() == [value for _, value in whole]
    assert client.readings(counter, exact=True).values[-1] == 2**64 - 1
    (span,) = parabus.segments(times, values, start=int(times[0]), end=end, segment="day", tz="Europe/Warsaw")[:1]
    assert span["count"] == len(whole) and span["max"] == 10.0


def test_writes_and_what_devices_refuse(works):
    client, server, registers = works
    level, counter = (server.params()["tank", name] for name in ("level", "counter"))
    reply = client.param_write(level, {"newValue": "12.5"})
    assert "ok" in reply and reply["ok"]["newValue"] == "12.5" and registers[5] == 125
    assert "err" in client.param_write(counter, {"newValue": "1"})
    with pytest.raises(ApiError, match="ObjectNotFound"):
        client.param_write(99999, {"newValue": "1"})
    assert client.params_read_realtime(param_ids=[level], lang="en", failback_to_db=False)[str(level)]["value"] == "12.5"


def test_a_real_session_that_was_ended_is_renewed(works):
    client, _, _ = works
    client.logout()
    assert client.user_orgs()[0]["orgName"] == "Works"
    with pytest.raises(ApiError, match="401 NotAuthorized") as error:
        Client(client._url, KEY, "wrong").user_orgs()
    assert error.value.path == "/authenticate/"


def test_the_quota_only_makes_it_slower(works, tmp_path):
    client, server, _ = works
    other = Server(tmp_path)
    other.config.write_text(other.config.read_text() + "[api]\nquota_burst = 3\nquota_per_second = 20\n")
    assert other.apply(plant([])).returncode == 0
    other.start()
    try:
        with Client(f"http://127.0.0.1:{other.port}", KEY, PASSWORD) as hurried:
            assert all(hurried.user_orgs() for _ in range(30))
    finally:
        other.stop()


def test_all_records_of_a_real_log(works, monkeypatch):
    client, server, registers = works
    level = server.params()["tank", "level"]
    condition = {"paramId": level, "kind": "g", "value": "50"}
    wish = {"name": "full", "conditionLogic": "all", "logAs": "warning", "conditions": [condition], "actions": []}
    assert client.org_alerts_create(1, wish) == {"result": "success", "errors": {}}
    (alert,) = client.org_alerts(1)
    for _ in range(3):
        registers[5] = 600
        eventually(lambda: client.alert_status(alert["id"])["isActive"])
        registers[5] = 100
        eventually(lambda: not client.alert_status(alert["id"])["isActive"])
    monkeypatch.setattr(_client, "_RECORDS", 2)
    records = list(client.alert_log_records(alert["id"]))
    assert [record["name"] for record in records] == ["full"] * 3
    assert [record["startedOn"] for record in records] == sorted((record["startedOn"] for record in records), reverse=True)
    assert list(client.org_alerts_log_records(1)) == records


def test_types_of_requests_and_replies_are_checked(tmp_path):
    """A program that is right passes mypy; each wrong line of it is found."""
    right = [
        "client.readings_get(param_id=5, from_=None)[0]",
        "client.org_nets(1)[0]['name'].upper()",
        "client.params_get_info(param_ids=[1, 2])[0]['unitName']",
        "client.param_write(5, {'newValue': '1', 'lang': 'pl'})",
        "client.net_drop_connections(3)",
        "client.readings(5, 0, '2026-01-31T00:00:00Z').values.mean()",
        "client.readings(5, exact=True).values[0]",
        "next(client.alert_log_records(3))['startedOn']",
    ]
    wrong = [
        "client.readings_get(paramId=5)",
        "client.readings_get()",
        "client.org_nets(1)[0]['nmae']",
        "client.params_last_readings(param_ids=[1], lang='de')",
        "client.param_write(5, {'value': '1'})",
        "client.param_write(5, {'newValue': 1})",
        "client.param_write(5, {'newValue': '1'})['ok']",
        "client.net_drop_connections('x', None)",
        "client.no_such_endpoint()",
    ]
    head = "import parabus\n\nclient = parabus.Client('http://x', 'k', 'p')\nreply = client.param_write(5, {'newValue': '1'})\n"
    head += "if 'ok' in reply:\n    print(reply['ok']['oldValue'])\nelse:\n    print(reply['err'])\n"
    program = tmp_path / "program.py"
    program.write_text(head + "\n".join(right + wrong) + "\n")
    mypy = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)], capture_output=True, text=True, cwd=tmp_path)
    found = {int(line.split(":")[1]) for line in mypy.stdout.splitlines() if ": error:" in line}
    first = head.count("\n") + 1 + len(right)
    assert found == set(range(first, first + len(wrong))), mypy.stdout
