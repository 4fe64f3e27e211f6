"""Messages of alerts on their way: a real mail server, hooks that fail, a server that is killed in the midst."""

import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import pathlib
import signal
import sqlite3
import ssl
import subprocess
import threading
import time
import urllib.parse

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from conftest import KEY, PASSWORD, Server, eventually, free_port, plant, simulator

SECRET = "whsec_" + base64.b64encode(b"a secret of some length").decode()
WORD = "open-sesame-17"


class Mail:
    """A mail server that answers as it is told."""

    def __init__(self, port: int, **options):
        self.letters = []
        self.answer = None
        self.recipient_answer = None
        self.delay = None
        self.controller = Controller(self, hostname="127.0.0.1", port=port, **options)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos[0], letter))
        if self.delay:
            self.delay.set()
            await server.loop.run_in_executor(None, time.sleep, 5)
        return self.answer or "250 queued as 17"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


class Sink:
    """An HTTP server that keeps what it is sent; `answers` are given one after another, the last for ever."""

    def __init__(self, answers=((200, {}, "taken"),)):
        self.requests = []
        self.answers = list(answers)
        self.lock = threading.Lock()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with sink.lock:
                    sink.requests.append((time.time(), self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                    status, headers, text = sink.answers.pop(0) if len(sink.answers) > 1 else sink.answers[0]
                if status is None:  # No answer at all.
                    time.sleep(60)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self) -> list[dict]:
        return [json.loads(body) for _, _, _, body in self.requests]


class Desk:
    """A server with a way to its outbox and a look into it."""

    def __init__(self, server: Server):
        self.server = server
        self.effect = 0
        self.ready = False

    def configure(self, text: str) -> None:
        self.server.config.write_text(self.server.config.read_text() + text)

    def start(self) -> None:
        if not self.ready:
            assert self.server.apply(plant([])).returncode == 0
            self.ready = True
        self.server.start()

    def query(self, sql: str, *values) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.server.folder / "data/parabus.sqlite", timeout=10)) as store, store:
            return store.execute(sql, values).fetchall()

    def queue(self, channel: str, recipient: str, text: str = "Pressure: 7 bar", subject: str = "Alert") -> int:
        """Puts a row there as the transaction of an alert does."""
        self.effect += 1
        now = int(time.time() * 1000)
        self.query(
            "INSERT INTO outbox (effect_id, recipient, alert_id, org_id, channel, lang, subject, body, due_at, state, next_at)"
            " VALUES (?, ?, 4, 1, ?, 'pl', ?, ?, ?, 'waiting', ?)",
            *(self.effect, recipient, channel, subject, text, now, now),
        )
        return self.effect

    def state(self, effect: int) -> tuple[str, int, str | None]:
        (row,) = self.query("SELECT state, attempts, answer FROM outbox WHERE effect_id = ?", effect)
        return row

    def until(self, effect: int, state: str, seconds: float = 15) -> str:
        return eventually(lambda: self.state(effect)[0] == state and (self.state(effect)[2] or "-"), seconds)


@pytest.fixture
def desk(server):
    return Desk(server)


def smtp(port: int, security: str = "none", more: str = "") -> str:
    return f'[email]\nhost = "localhost"\nport = {port}\nsecurity = "{security}"\nfrom = "Parabus <alerts@works.example>"\n{more}'


def hook(section: str, sink: Sink) -> str:
    return f'[{section}]\nprovider = {{ kind = "hook", url = "http://127.0.0.1:{sink.port}/take", secret = "{SECRET}" }}\n'


def key(effect: int, recipient: str) -> str:
    return f"{effect:016x}." + hashlib.sha256(recipient.encode()).hexdigest()[:16]


def certificate(folder: pathlib.Path) -> ssl.SSLContext:
    """A certificate authority of one certificate, for `localhost`."""
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    words += " -addext basicConstraints=critical,CA:FALSE"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(["openssl", *words.split(), *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def test_a_letter_arrives_as_it_was_meant(desk):
    port = free_port()
    with Mail(port) as mail:
        desk.configure(smtp(port))
        desk.start()
        text = "Ciśnienie: 7 bar\n.\nkropka na początku wiersza" + "\nżółw" * 400
        effect = desk.queue("email", "ann@works.example", text, "Alarm: ciśnienie w kotłowni jest za wysokie, i to od dawna")
        assert desk.until(effect, "sent") == "250 queued as 17"
    ((to, letter),) = mail.letters
    assert to == "ann@works.example" and letter["To"] == to and "alerts@works.example" in letter["From"]
    assert letter["Subject"] == "Alarm: ciśnienie w kotłowni jest za wysokie, i to od dawna"
    assert letter.get_content().replace("\r\n", "\n").rstrip("\n") == text
    assert letter["Message-ID"] == f"<{key(effect, to)}@works.example>"
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Content-Language"] == "pl"


def test_a_mail_server_that_was_down_gets_everything_once(desk):
    port = free_port()
    desk.configure(smtp(port))
    desk.start()
    effects = [desk.queue("email", f"user{number}@works.example") for number in range(20)]
    eventually(lambda: all(desk.state(effect)[1] > 0 for effect in effects))
    assert {desk.state(effect)[0] for effect in effects} == {"waiting"}
    with Mail(port) as mail:
        for effect in effects:
            desk.until(effect, "sent", 45)
        assert sorted(to for to, _ in mail.letters) == sorted(f"user{number}@works.example" for number in range(20))
        # A recipient that does not exist is for good, one that is asked to come later is not.
        mail.recipient_answer = "550 5.1.1 no such user"
        gone = desk.queue("email", "nobody@works.example")
        assert desk.until(gone, "failed").startswith("permanent error (550)") and desk.state(gone)[1] == 1
        mail.recipient_answer = "451 4.7.1 greylisted"
        later = desk.queue("email", "later@works.example")
        eventually(lambda: desk.state(later)[1] > 0)
        mail.recipient_answer = None
        desk.until(later, "sent")
        assert "nobody@works.example" in str(desk.query("SELECT recipient FROM outbox WHERE state = 'failed'"))
    assert "nobody@works.example" not in desk.server.log(), "recipients are nobody's business"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_log_in_over_tls(desk, tmp_path, security, monkeypatch):
    context = certificate(tmp_path)
    seen = []

    def authenticate(server, session, envelope, mechanism, data):
        seen.append(session.ssl is not None or security == "tls")
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"parabus", WORD.encode())
        return AuthResult(success=good, handled=good)

    port = free_port()
    options = {"authenticator": authenticate, "auth_required": True}
    if security == "tls":
        options |= {"ssl_context": context, "auth_require_tls": False}
    else:
        options |= {"tls_context": context, "require_starttls": True}
    (desk.server.folder / "smtp.password").write_text(WORD + "\n")
    desk.configure(smtp(port, security, 'user = "parabus"\npassword = "file:smtp.password"\n'))
    check = lambda: desk.server.run("check", "--config", str(desk.server.config))
    test = lambda: desk.server.run("alert", "test", "--to", "ann@works.example", "--config", str(desk.server.config))
    down = check()
    assert down.returncode == 1 and "fault  email: " in down.stdout and "user and password" in down.stdout, down.stdout
    with Mail(port, **options) as mail:
        # A certificate that nobody vouches for is not spoken to.
        assert test().returncode == 1 and not seen
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        well = check()
        assert well.returncode == 0 and "ok     email: the mail server lets us in" in well.stdout, well.stdout
        done = test()
        assert done.returncode == 0 and "email to ann@works.example: 250 queued as 17" in done.stdout, done
        assert len(mail.letters) == 1 and all(seen) and seen
        (desk.server.folder / "smtp.password").write_text("wrong")
        wrong = check()
        assert wrong.returncode == 1 and "535" in wrong.stdout, wrong.stdout
        # A wrong password is ours to mend: the message waits for it.
        desk.start()
        effect = desk.queue("email", "ann@works.example")
        eventually(lambda: desk.state(effect)[1] > 0)
        assert desk.state(effect)[0] == "waiting" and "535" in desk.state(effect)[2]
        desk.server.stop()
        (desk.server.folder / "smtp.password").write_text(WORD)
        desk.start()
        desk.until(effect, "sent", 30)
    for text in [desk.server.log(), well.stdout, wrong.stdout, done.stdout, str(desk.query("SELECT * FROM outbox"))]:
        assert WORD not in text


def test_hooks_are_signed_and_known_by_their_key(desk):
    sms, voice = Sink(), Sink()
    desk.configure(hook("sms", sms) + hook("voice", voice))
    desk.start()
    effect = desk.queue("sms", "+48600100200", "Ciśnienie: 7 bar")
    call = desk.queue("voice-call", "+48600100200")
    assert desk.until(effect, "sent") == "200 taken" and desk.until(call, "sent")
    ((at, path, headers, body),) = sms.requests
    known = json.loads(body)
    assert path == "/take" and headers["content-type"] == "application/json"
    due = known.pop("dueOn")
    assert due.endswith("Z") and due.startswith(time.strftime("%Y-", time.gmtime(at)))
    assert known == {
        "id": key(effect, "+48600100200"), "channel": "sms", "to": "+48600100200", "lang": "pl", "subject": "Alert",
        "text": "Ciśnienie: 7 bar", "orgId": 1, "alertId": 4,
    }  # fmt: skip
    assert headers["idempotency-key"] == headers["webhook-id"] == known["id"]
    stamp = headers["webhook-timestamp"]
    assert abs(int(stamp) - at) < 5
    signed = hmac.new(b"a secret of some length", f"{known['id']}.{stamp}.".encode() + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert voice.bodies()[0]["channel"] == "voice-call"
    assert SECRET not in desk.server.log()


def test_who_takes_twilios_requests_is_served(desk):
    sink = Sink([(201, {}, '{"sid": "SM1"}')])
    account = f'url = "http://127.0.0.1:{sink.port}/Accounts/AC1/Messages.json", user = "AC1", password = "{WORD}", from = "+15005550006"'
    provider = f'provider = {{ kind = "twilio", {account} }}\n'
    desk.configure("[sms]\n" + provider + "[voice]\n" + provider)
    desk.start()
    desk.until(desk.queue("sms", "+48600100200", "Ciśnienie & temperatura"), "sent")
    desk.until(desk.queue("voice-call", "+48600100200", "7 < 8"), "sent")
    (_, path, headers, sms), (_, _, _, call) = sink.requests
    assert path == "/Accounts/AC1/Messages.json"
    assert headers["authorization"] == "Basic " + base64.b64encode(f"AC1:{WORD}".encode()).decode()
    form = dict(urllib.parse.parse_qsl(sms.decode()))
    assert form == {"To": "+48600100200", "From": "+15005550006", "Body": "Ciśnienie & temperatura"}
    assert '<Say language="pl-PL" loop="2">7 &lt; 8</Say>' in dict(urllib.parse.parse_qsl(call.decode()))["Twiml"]
    assert WORD not in desk.server.log()


def test_refusals_end_and_waits_are_kept(desk):
    sink = Sink([(400, {}, "no such number"), (429, {"Retry-After": "4"}, "slow down"), (503, {}, "down"), (200, {}, "taken")])
    desk.configure(hook("sms", sink))
    desk.start()
    refused = desk.queue("sms", "1")
    assert desk.until(refused, "failed") == "400 no such number"
    held = desk.queue("sms", "2")
    desk.until(held, "sent", 40)
    times = [at for at, _, _, body in sink.requests if json.loads(body)["to"] == "2"]
    assert len(times) == 3 and times[1] - times[0] >= 4 and times[2] - times[1] >= 4.9, times
    assert len({json.loads(body)["id"] for _, _, _, body in sink.requests}) == 2
    assert desk.state(refused)[0] == "failed" and len(sink.requests) == 4


def test_a_provider_that_never_answers_holds_no_other(desk):
    sink, port = Sink([(None, {}, "")]), free_port()
    with Mail(port) as mail:
        desk.configure(hook("sms", sink) + smtp(port))
        desk.start()
        stuck = [desk.queue("sms", f"{number}") for number in range(12)]
        letters = [desk.queue("email", f"user{number}@works.example") for number in range(12)]
        for effect in letters:
            desk.until(effect, "sent")
        assert len(mail.letters) == 12 and len(sink.requests) == 4
        assert {desk.state(effect)[0] for effect in stuck} == {"waiting"}


def test_what_may_not_be_sent_is_recorded(desk):
    sink = Sink()
    desk.configure(hook("sms", sink).replace("[sms]", "[sms]\ncost = 0.4"))
    desk.start()
    settings = lambda **body: desk.server.api("/org/1/sms-settings/", body)
    settings(disableSms=False, limit=1)
    effects = []
    for number in range(3):
        effects.append(desk.queue("sms", f"{number}"))
        eventually(lambda: desk.state(effects[-1])[0] != "waiting")
    assert [desk.state(effect)[0] for effect in effects] == ["sent", "sent", "suppressed"]
    assert desk.state(effects[2])[2] == "the month's limit of 1 for short messages is reached"
    settings(disableSms=True, limit=None)
    switched_off = desk.queue("sms", "4")
    assert "switched off in the organization" in desk.until(switched_off, "suppressed")
    assert desk.until(desk.queue("email", "ann@works.example"), "suppressed") == "the server has no [email]"
    assert len(sink.requests) == 2


def test_a_server_killed_between_sending_and_marking_sends_twice_at_most(desk):
    port = free_port()
    with Mail(port) as mail:
        desk.configure(smtp(port))
        desk.start()
        mail.delay = threading.Event()
        effect = desk.queue("email", "ann@works.example")
        assert mail.delay.wait(15)
        # The letter is with the mail server, its yes is not with us.
        desk.server.stop(signal.SIGKILL)
        mail.delay = None
        desk.start()
        desk.until(effect, "sent")
        time.sleep(2)
        assert [letter["Message-ID"] for _, letter in mail.letters] == [f"<{key(effect, 'ann@works.example')}@works.example>"] * 2


def test_kills_at_any_moment_lose_nothing(desk):
    sink = Sink()
    desk.configure(hook("sms", sink))
    effects, kills = [], 8
    for kill in range(kills):
        desk.start()
        effects += [desk.queue("sms", f"{kill}-{number}") for number in range(15)]
        time.sleep(0.05 * kill)
        desk.server.stop(signal.SIGKILL)
    desk.start()
    for effect in effects:
        desk.until(effect, "sent", 30)
    ids = [body["id"] for body in sink.bodies()]
    assert set(ids) == {key(effect, recipient) for effect, recipient in desk.query("SELECT effect_id, recipient FROM outbox")}
    # Only what was under way may come again: four at once.
    assert len(ids) - len(set(ids)) <= 4 * kills


def test_addresses_that_are_refused_are_not_asked(desk):
    sink = Sink()
    desk.server.config.write_text(desk.server.config.read_text().replace("allow_loopback = true", "allow_loopback = false"))
    desk.configure(hook("sms", sink))
    done = desk.server.run("alert", "test", "--to", "+48600100200", "--config", str(desk.server.config))
    assert done.returncode == 1 and "refused by [access]" in done.stderr, done
    assert not sink.requests
    desk.configure("[voice]\nprovider = { kind = 'hook', url = 'ftp://x/', secret = 'env:NO_SUCH_SECRET' }\n")
    wrong = desk.server.run("check", "--config", str(desk.server.config))
    assert wrong.returncode == 1 and "voice.provider: secret: the environment variable `NO_SUCH_SECRET`" in wrong.stdout, wrong.stdout


def test_what_the_demos_alert_sends_arrives_once(desk):
    """The whole way: a simulated plant, a value that is written, then a letter and a short message."""
    demo = (pathlib.Path(__file__).parents[2] / "server/demo/plant.yaml").read_text()
    for port in range(5020, 5024):
        demo = demo.replace(f"port: {port} ", f"port: {free_port()} ")
    demo = demo.replace('"env:PARABUS_DEMO_KEY"', KEY).replace('"env:PARABUS_DEMO_PASSWORD"', PASSWORD)
    file = desk.server.folder / "plant.yaml"
    file.write_text(demo)
    applied = desk.server.run("apply", str(file), "--config", str(desk.server.config))
    assert applied.returncode == 0, applied.stderr
    desk.ready = True
    port, sms, voice = free_port(), Sink(), Sink()
    desk.configure(smtp(port) + hook("sms", sms) + hook("voice", voice))
    with Mail(port) as mail, simulator(file, 4):
        desk.start()
        level = desk.server.params()["Tank and pump", "Start level"]
        eventually(lambda: desk.server.readings(level))
        write = lambda value: desk.server.api(f"/param/{level}/write/", {"newValue": value, "lang": "en"})
        assert write("0.3")["ok"]["newValue"] == "0.30", "as the parameter is written: with two digits"
        eventually(lambda: mail.letters and sms.requests, 30)
        # The server that is killed here does not send them again when it comes back.
        desk.server.stop(signal.SIGKILL)
        desk.server.token = None
        desk.start()
        assert write("1.2")["ok"]["newValue"] == "1.20"
        eventually(lambda: len(mail.letters) > 1, 30)
    (to, alert), (_, over) = mail.letters
    assert to == "watch@riverside.example" and "Tank may run dry" in alert["Subject"]
    assert "Start level" in alert.get_content() and "0.3" in alert.get_content()
    assert "Tank may run dry" in over["Subject"] and over["Message-ID"] != alert["Message-ID"]
    (known,) = sms.bodies()
    assert known["to"] == "+48 123 456 789" and "Tank may run dry" in known["text"]
    assert voice.requests == [], "nobody had 15 minutes to confirm it yet"
