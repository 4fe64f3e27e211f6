"""Writes vectors of alerts. Every answer is what AGGREGATION.md 4.11 says, looked at second by second: here truths are
functions of the whole history of readings, and a record is what it went through. For rules that Prometheus can express,
`promtool test rules` has to say the same of every minute, or the script stops.

Run with promtool 2.42 or later: `python tests/make/alert.py PROMTOOL`. Nothing here asks Parabus.
"""

import datetime
import json
import pathlib
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

FOLDER = pathlib.Path(__file__).parents[1] / "vectors" / "alert"
PROMTOOL = sys.argv[1]
SECOND, MINUTE = 1000, 60_000
TEN_MINUTES = 10 * MINUTE
FALSE, UNKNOWN, TRUE = False, None, True
DEFINITION = "AGGREGATION.md 4.11"
rng = random.Random(4110)

COMPARE = {
    "g": lambda value, threshold, slack: value > threshold - slack,
    "ge": lambda value, threshold, slack: value >= threshold - slack,
    "l": lambda value, threshold, slack: value < threshold + slack,
    "le": lambda value, threshold, slack: value <= threshold + slack,
    "eq": lambda value, threshold, slack: abs(value - threshold) <= slack,
    "neq": lambda value, threshold, slack: value != threshold,
}
KINDS = ["open", "resolve", "confirm", "flapping", "action", "follow-up"]


def effect_id(alert, record, kind, index):
    """FNV-1a of alert (8 bytes), record (4), kind and index."""
    hashed = 0xCBF29CE484222325
    for byte in alert.to_bytes(8, "little") + record.to_bytes(4, "little") + bytes([KINDS.index(kind), index]):
        hashed = (hashed ^ byte) * 0x100000001B3 % 2**64
    return f"{hashed:016x}"


def ms(at):
    """Milliseconds of a number or of text."""
    return at if isinstance(at, int) else int(datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() * 1000)


class Value:
    """A condition on a value: the list of its readings says everything."""

    def __init__(self, call, hold, at):
        self.param, self.hold = call["paramId"], hold
        self.compare, self.threshold = COMPARE[call["kind"]], Fraction(str(call["value"]))
        self.slack = Fraction(str(call.get("deadband", 0)))
        self.readings, self.forgotten = [], 0

    def read(self, at, value):
        if not self.readings or at > self.readings[-1][0]:
            self.readings.append((at, value))

    def poll(self, now, is_on):
        pass

    def restart(self, now):
        self.forgotten = len(self.readings)

    def pass_time(self, now):
        pass

    def truth(self, now):
        if len(self.readings) == self.forgotten:
            return UNKNOWN
        at, value = self.readings[-1]
        if value is None or now >= at + self.hold:
            return UNKNOWN
        holds = False
        for _, value in self.readings:
            if value is not None:
                holds = self.compare(value, self.threshold, self.slack if holds else 0)
        return holds


class ReadingError:
    """A condition on readings that fail: from where silence counts, how many failed since, and whether it is told."""

    def __init__(self, call, hold, at):
        self.param, self.hold, self.most = call["paramId"], hold, call.get("failures", 3)
        self.silent_from, self.last, self.failed = at, None, 0
        self.is_error, self.is_polled = False, True

    def wait(self, now):
        latest = self.silent_from if self.last is None else max(self.silent_from, self.last)
        self.silent_from, self.last, self.failed = max(now, latest), None, 0

    def read(self, at, value):
        if at <= self.last if self.last is not None else at < self.silent_from:
            return
        self.last = at
        if value is not None:
            self.silent_from, self.failed, self.is_error = at, 0, False
        else:
            self.failed += 1
            self.is_error |= self.failed >= self.most and self.is_polled

    def poll(self, now, is_on):
        if is_on and not self.is_polled:
            self.is_error = False
            self.wait(now)
        self.is_polled = is_on

    def restart(self, now):
        if self.is_polled and not self.is_error:
            self.wait(now)

    def pass_time(self, now):
        self.is_error |= self.is_polled and now >= self.silent_from + self.hold

    def truth(self, now):
        return self.is_polled and self.is_error


class Alert:
    def __init__(self, rule, at=0, last_record=0):
        at = ms(at)
        self.id, self.all = rule.get("id", 0), rule["conditionLogic"] == "all"
        self.period = rule.get("periodMs", 10 * SECOND)
        self.delay = rule.get("resolveDelayMs", self.period)
        hold = rule.get("holdMs", max(3 * self.period, MINUTE))
        make = lambda call: (ReadingError if call["kind"] == "reading-error" else Value)(call, call.get("holdMs", hold), at)
        self.conditions = [make(call) for call in rule["conditions"]]
        self.actions, self.follow_ups = rule.get("actions", []), rule.get("followUps", [])
        self.now, self.count, self.is_ended, self.effects = at, last_record, False, []
        # The open record or the last one; instants of earlier openings again; truths of the open one.
        self.record, self.again = None, []

    # What the logic is

    def truth(self):
        truths = [condition.truth(self.now) for condition in self.conditions]
        if not truths:
            return FALSE
        decisive = FALSE if self.all else TRUE
        return decisive if decisive in [truth for truth in truths if truth is not UNKNOWN] else UNKNOWN if UNKNOWN in truths else not decisive

    def is_open(self):
        return self.record is not None and self.record["closed"] is None

    def tell(self, kind, due, index=None, send=None):
        effect = {"id": effect_id(self.id, self.count, kind, index or 0), "kind": kind, "record": self.count, "due": due, "at": self.now}
        if index is not None:
            effect["index"] = index
        if send and send.get("type"):
            effect["send"] = {"type": send["type"], "recepient": send.get("recepient", "")}
        self.effects.append(effect)

    def become(self, truth):
        """The truth of an open record from now on."""
        record = self.record
        changed, before = record["truths"][-1]
        if truth is before:
            return
        if before is UNKNOWN and self.now - changed > max(3 * self.period, TEN_MINUTES):
            record["is_stale"] = True
        if truth is TRUE and record["is_stale"]:
            record["since"], record["is_stale"] = self.now, False
        record["truths"].append((self.now, truth))

    def look(self):
        truth = self.truth()
        if self.is_open():
            self.become(truth)
        elif truth is TRUE:
            is_again = self.record is not None and self.now - self.record["closed"] <= TEN_MINUTES
            self.again = [at for at in self.again if self.now - at <= TEN_MINUTES] + [self.now] * is_again
            is_flapping = is_again and len(self.again) >= 4
            self.count += 1
            self.record = {"started": self.now, "since": self.now, "truths": [(self.now, TRUE)], "is_stale": False, "closed": None,
                           "confirmed": None, "is_flapping": is_flapping, "done": set()}
            self.tell("open", self.now)
            if is_flapping:
                self.again = []
                self.tell("flapping", self.now)

    # What is due

    def settle(self):
        while True:
            count, truth = len(self.effects), self.truth()
            for condition in self.conditions:
                condition.pass_time(self.now)
            self.look()
            self.close()
            self.act()
            self.follow()
            was_flapping = self.record is not None and self.record["is_flapping"]
            if was_flapping and self.now - self.record["truths"][-1][0] >= TEN_MINUTES:
                self.record["is_flapping"] = False
            elif (count, truth) == (len(self.effects), self.truth()):
                return

    def close(self):
        if self.is_open() and not self.record["is_flapping"]:
            changed, truth = self.record["truths"][-1]
            if truth is FALSE and self.now - changed >= self.delay:
                self.record["closed"] = changed
                self.tell("resolve", changed)

    def act(self):
        for index, action in enumerate(self.actions):
            if self.is_open() and self.record["truths"][-1][1] is TRUE and ("action", index) not in self.record["done"]:
                due = self.record["since"] + timeout(action)
                if self.now >= due:
                    self.record["done"].add(("action", index))
                    self.tell("action", due, index, action)

    def follow(self):
        if self.record is None:
            return
        speaking = {("action", index) for index, action in enumerate(self.actions) if action.get("type")}
        if speaking and not speaking & self.record["done"]:
            return
        for index, follow_up in enumerate(self.follow_ups):
            record = self.record
            if follow_up["stage"] == "not-confirmed":
                is_held = not self.is_open() or record["confirmed"] is not None or record["truths"][-1][1] is FALSE
                start = None if is_held else record["started"]
            else:
                start = record["confirmed" if follow_up["stage"] == "confirmed" else "closed"]
            if start is not None and ("follow-up", index) not in record["done"] and self.now >= start + timeout(follow_up):
                record["done"].add(("follow-up", index))
                self.tell("follow-up", start + timeout(follow_up), index, follow_up)

    # What happens

    def step(self, event):
        [(kind, call)] = event.items()
        first = len(self.effects)
        if not self.is_ended:
            at = ms(call["at"])
            if kind == "restart":
                if self.is_open():
                    self.become(UNKNOWN)
                self.now = max(self.now, at)
                for condition in self.conditions:
                    condition.restart(self.now)
                self.look()
            else:
                while self.now < at:
                    self.now = min(at, self.now - self.now % SECOND + SECOND)
                    self.settle()
                self.happen(kind, call)
            if not self.is_ended:
                self.settle()
        return self.effects[first:]

    def happen(self, kind, call):
        if kind == "cycle":
            for condition in self.conditions:
                if str(condition.param) in call["readings"]:
                    value = call["readings"][str(condition.param)]
                    condition.read(ms(call["at"]), None if value is None else Fraction(str(value)))
                    condition.pass_time(self.now)
            self.look()
        elif kind == "confirm":
            if self.record is not None and self.record["confirmed"] is None:
                self.record["confirmed"] = self.now
                self.tell("confirm", self.now)
        elif kind == "polling":
            for condition in self.conditions:
                if condition.param in call["params"]:
                    condition.poll(self.now, call["on"])
            self.look()
        elif kind == "close":
            if self.is_open():
                self.tell("resolve", self.now)
            self.is_ended = True

    def state(self):
        record = None if self.is_ended else self.record
        get = lambda name: record[name] if record else None
        return {
            "now": self.now,
            "record": self.count,
            "phase": "ended" if self.is_ended else "quiet" if record is None else "active" if self.is_open() else "resolved",
            "started": get("started"),
            "since": get("since") if record and self.is_open() else None,
            "closed": get("closed"),
            "confirmed": get("confirmed"),
            "flapping": bool(get("is_flapping")),
            "conditions": [{"param": condition.param, "triggered": condition.truth(self.now)} for condition in self.conditions],
        }


def timeout(call):
    return int(Fraction(str(call["timeoutMinutes"])) * MINUTE)


# The rules and events of cases


def when(kind, value=None, param=1, **more):
    return {"paramId": param, "kind": kind} | ({} if value is None else {"value": value}) | more


def action(minutes, channel="email", recepient="-"):
    return {"timeoutMinutes": minutes} | ({"type": channel, "recepient": recepient} if channel else {})


def follow(stage, minutes, channel="email", recepient="-"):
    return {"stage": stage, "timeoutMinutes": minutes, "type": channel, "recepient": recepient}


def rule(*conditions, logic="all", actions=(), follow_ups=(), **more):
    given = {"conditionLogic": logic, "conditions": list(conditions), "actions": list(actions)}
    return given | ({"followUps": list(follow_ups)} if follow_ups else {}) | more


def cycle(second, value=None, **values):
    readings = {key[1:]: item for key, item in values.items()} or {"1": value}
    return {"cycle": {"at": second * SECOND, "readings": readings}}


def every(first, last, value, step=10):
    return [cycle(second, value) for second in range(first, last + 1, step)]


def tick(second):
    return {"tick": {"at": second * SECOND}}


def confirm(second):
    return {"confirm": {"at": second * SECOND}}


def polling(second, on, *params):
    return {"polling": {"at": second * SECOND, "params": list(params), "on": on}}


def restart(second):
    return {"restart": {"at": second * SECOND}}


def close(second):
    return {"close": {"at": second * SECOND}}


def played(name, source, given, events, **more):
    alert = Alert(given, **more)
    args = {"rule": given} | more | {"events": events}
    return {"name": name, "source": source, "call": "alert", "args": args,
            "want": {"effects": [alert.step(event) for event in events], "state": alert.state()}}


def paragraph(name, given, *events, **more):
    flat = [each for event in events for each in (event if isinstance(event, list) else [event])]
    yield played(name, DEFINITION, given, flat, **more)
    # The same with the state stored and loaded before each event.
    stored = played(f"{name}-stored", DEFINITION, given, flat, **more)
    yield stored | {"args": stored["args"] | {"restore": True}}


HOT = when("g", "25")
SILENT = when("reading-error")


def truth_cases():
    for kind in COMPARE:
        for deadband in ("0", "1", "0.5"):
            given = rule(when(kind, "25", deadband=deadband), resolveDelayMs=0)
            values = ["24", "24.5", "25", "25.0", "25.5", "26", "25.4", "24.6", "25", "24", "2.5e1", "25.00000000000000000001"]
            yield played(f"{kind}-with-deadband-{deadband}", DEFINITION, given, [cycle(10 * index, value) for index, value in enumerate(values, 1)])
    for value in (26, 25.1, 26.0, "26", 2**53 + 1 - 1, "-0", 0.1 + 0.2, 25):
        for kind, threshold in (("g", 25), ("eq", "0.30000000000000004"), ("ge", "25.1"), ("eq", "9007199254740992")):
            yield played(f"number-{value!r}-{kind}-{threshold}", DEFINITION, rule(when(kind, threshold)), [cycle(1, value)])
    both = lambda logic: rule(HOT, when("l", "10", param=2), logic=logic, resolveDelayMs=0)
    for logic in ("all", "any"):
        for left in ("26", "20", None):
            for right in ("5", "20", None):
                name = f"{logic}-of-{left}-and-{right}"
                yield played(name, f"{DEFINITION}, Kleene", both(logic), [cycle(1, p1=left, p2=right), cycle(2, p1="26", p2="5"), cycle(3, p1=left, p2=right)])
    yield from paragraph("no-conditions", rule(), cycle(1, "26"), tick(1000))
    yield from paragraph("too-old-is-unknown", rule(HOT, holdMs=30_000), cycle(10, "26"), tick(39), tick(40), cycle(41, "26"), cycle(42, None))
    yield from paragraph("hold-of-one-condition", rule(when("g", "25", holdMs=5000), when("g", "20", 2), holdMs=90_000), cycle(1, p1="26", p2="26"), tick(6), tick(91))
    yield from paragraph("late-readings", rule(HOT), cycle(10, "20"), cycle(10, "26"), cycle(5, "26"), tick(20), cycle(15, "26"), tick(100), cycle(60, "20"))


def error_cases():
    given = rule(SILENT, logic="any", holdMs=30_000)
    yield from paragraph("three-failures", given, cycle(10, None), cycle(11, None), cycle(12, "1"), cycle(13, None), cycle(14, None), cycle(15, None), cycle(16, 1), tick(26))
    yield from paragraph("one-failure", rule(when("reading-error", failures=1)), cycle(10, None), cycle(20, "1"), tick(60))
    yield from paragraph("silence", given, cycle(10, "1"), tick(39), tick(40), cycle(50, None), cycle(60, "1"), tick(100))
    yield from paragraph("failures-do-not-hold", given, cycle(10, "1"), cycle(25, None), tick(45))
    yield from paragraph("silence-since-enabled", given, tick(130), at=100_000)
    yield from paragraph("disabled-device", given, tick(30), polling(31, False, 1, 2), tick(60), cycle(61, None), cycle(62, None), cycle(63, None), cycle(64, None), polling(70, True, 1), polling(90, True, 1), tick(99), tick(100))
    yield from paragraph("other-device-disabled", given, polling(10, False, 2), tick(30))


def life_cases():
    yield from paragraph("closes-with-the-first-false", rule(HOT), every(10, 30, "26"), cycle(40, "20"), tick(49), tick(50))
    yield from paragraph("false-for-a-moment", rule(HOT), cycle(10, "26"), cycle(20, "20"), cycle(25, "26"), cycle(30, "20"), tick(39), tick(40))
    yield from paragraph("closes-at-once", rule(HOT, resolveDelayMs=0), cycle(10, "26"), cycle(20, "20"), cycle(30, "26"))
    yield from paragraph("unknown-breaks-the-stretch", rule(HOT), cycle(10, "26"), cycle(20, "20"), cycle(25, None), cycle(29, "20"), tick(38), tick(39))
    yield from paragraph("unknown-closes-nothing", rule(HOT), cycle(10, "26"), tick(100_000))
    yield from paragraph("handed-over", rule(HOT, when("l", "10", 2), logic="any", resolveDelayMs=0, actions=[action(1)]), cycle(1, p1="26", p2="20"), cycle(2, p1="20", p2="5"), cycle(40, p1="20", p2="5"), tick(61))
    yield from paragraph("records-go-on", rule(HOT, id=77), cycle(1, "26"), cycle(11, "20"), tick(30), cycle(31, "26"), last_record=41)
    yield from paragraph("deleted", rule(HOT, actions=[action(1)], follow_ups=[follow("resolved", 0), follow("not-confirmed", 1)]), cycle(10, "26"), close(20), cycle(30, "26"), confirm(40), tick(500), restart(600))
    yield from paragraph("deleted-while-quiet", rule(HOT), cycle(10, "20"), close(20), cycle(30, "26"))
    yield from paragraph("time-does-not-run-backwards", rule(HOT, actions=[action(1)]), every(10, 60, "26"), tick(65), tick(5), confirm(50))
    text = [{"cycle": {"at": "2026-03-28T23:00:00Z", "readings": {"1": "26"}}}, {"tick": {"at": "2026-03-29T00:30:00.500+01:00"}}]
    yield from paragraph("instants-of-text", rule(HOT, actions=[action(0)]), text, at="2026-03-28T22:59:59.999Z")


def action_cases():
    yield from paragraph("actions-in-turn", rule(HOT, actions=[action(0), action(1, "sms", "+48 600"), action(2, "voice-call")]), every(10, 90, "26"), cycle(100, "20"), every(110, 200, "20"), cycle(900, "26"))
    yield from paragraph("half-a-minute", rule(HOT, actions=[action(0.5), action("0.25")]), every(10, 50, "26"))
    yield from paragraph("held-back-by-false", rule(HOT, resolveDelayMs=30_000, actions=[action(0.5)]), every(10, 30, "26"), cycle(35, "20"), tick(50), cycle(50, "26"))
    yield from paragraph("held-back-by-silence", rule(HOT, holdMs=30_000, actions=[action(1)]), cycle(10, "26"), tick(100), cycle(100, "26"))
    yield from paragraph("silence-told", rule(HOT, SILENT, logic="any", holdMs=30_000, actions=[action(1)]), cycle(10, "26"), tick(5000))
    yield from paragraph("ten-minutes-unknown", rule(HOT, holdMs=30_000, actions=[action(11)]), cycle(10, "26"), cycle(640, "26"), every(650, 710, "26"))
    yield from paragraph("longer-unknown", rule(HOT, holdMs=30_000, actions=[action(11)]), cycle(10, "26"), cycle(641, "26"), every(650, 700, "26"), every(1200, 1310, "26"))
    yield from paragraph("longer-unknown-then-false", rule(HOT, holdMs=30_000, resolveDelayMs=60_000, actions=[action(11)]), cycle(10, "26"), cycle(641, "20"), cycle(650, "26"))
    yield from paragraph("three-long-periods-unknown", rule(HOT, holdMs=30_000, periodMs=900_000, actions=[action(50)]), cycle(0, "26"), cycle(2730, "26"), tick(3000), cycle(5431, "26"), cycle(8431, "26"))
    yield from paragraph("logged-alone", rule(HOT, actions=[action(0, None), action(1, "")]), every(10, 90, "26"))


def follow_cases():
    asks = rule(HOT, holdMs=30_000, actions=[action(0)], follow_ups=[follow("not-confirmed", 1, "sms", "+48 500")])
    yield from paragraph("nobody-confirms", asks, every(10, 80, "26"))
    yield from paragraph("confirmed-in-time", asks, every(10, 60, "26"), confirm(65), every(70, 200, "26"))
    yield from paragraph("resolved-in-time", asks, every(10, 60, "26"), cycle(65, "20"), tick(200))
    yield from paragraph("about-to-close", asks | {"resolveDelayMs": 60_000}, every(10, 60, "26"), cycle(65, "20"), cycle(80, "26"))
    yield from paragraph("asked-while-unknown", asks, cycle(10, "26"), tick(200))
    yield from paragraph("confirmed-twice", rule(HOT, follow_ups=[follow("confirmed", 0.5), follow("confirmed", 0)]), confirm(5), cycle(10, "26"), confirm(15), confirm(18), tick(100))
    yield from paragraph("confirmed-after-the-end", rule(HOT, follow_ups=[follow("confirmed", 0.5)]), cycle(10, "26"), cycle(20, "20"), tick(40), confirm(50), tick(100))
    ends = rule(HOT, actions=[action(0)], follow_ups=[follow("resolved", 1), follow("resolved", "0.1")])
    yield from paragraph("the-end-is-told", ends, cycle(10, "26"), cycle(20, "20"), tick(100))
    yield from paragraph("it-begins-again-before", ends, cycle(10, "26"), cycle(20, "20"), tick(40), cycle(70, "26"), tick(100))
    yield from paragraph("never-announced", rule(HOT, actions=[action(1)], follow_ups=[follow("resolved", 0)]), cycle(10, "26"), cycle(20, "20"), tick(500))
    yield from paragraph("announced-by-nobody", rule(HOT, actions=[action(0, None), action(1)], follow_ups=[follow("resolved", 0)]), cycle(10, "26"), cycle(20, "20"), tick(500))
    yield from paragraph("nobody-is-to-announce", rule(HOT, actions=[action(1, None)], follow_ups=[follow("resolved", 0)]), cycle(10, "26"), cycle(20, "20"), tick(500))
    yield from paragraph("waits-for-the-first-action", rule(HOT, actions=[action(1)], follow_ups=[follow("not-confirmed", 0)]), every(10, 70, "26"))


def flapping_cases():
    waves = lambda count, step, start=10: [each for wave in range(count) for each in
                                           every(start + wave * step, start + wave * step + 40, "26", 20) + every(start + wave * step + 50, start + wave * step + 90, "20", 20)]
    yield from paragraph("flapping-until-quiet", rule(HOT), waves(6, 100), tick(1159), tick(1160), cycle(1161, "26"))
    yield from paragraph("flapping-ends-in-truth", rule(HOT, actions=[action(0)]), waves(4, 100), every(410, 1110, "26", 50), cycle(1120, "20"), tick(1130))
    yield from paragraph("flapping-ends-in-ignorance", rule(HOT, holdMs=30_000), waves(4, 100), cycle(410, "26"), tick(1040), cycle(1050, "20"), tick(1060))
    yield from paragraph("not-within-ten-minutes", rule(HOT), waves(6, 201))
    yield from paragraph("just-within-ten-minutes", rule(HOT), waves(6, 200))
    yield from paragraph("flapping-with-messages", rule(HOT, resolveDelayMs=0, actions=[action(0), action(2)], follow_ups=[follow("resolved", 0), follow("not-confirmed", 1)]), waves(7, 100), tick(2000))


def restart_cases():
    yield from paragraph("an-outage-is-unknown", rule(HOT, actions=[action(1)]), cycle(10, "26"), restart(50), restart(500), tick(510), cycle(520, "26"))
    yield from paragraph("a-long-outage", rule(HOT, actions=[action(1)]), cycle(10, "26"), restart(700), cycle(701, "26"), every(711, 761, "26"))
    yield from paragraph("false-after-an-outage", rule(HOT), cycle(10, "26"), restart(100), cycle(110, "20"), tick(200))
    yield from paragraph("false-before-and-after", rule(HOT, resolveDelayMs=100_000), cycle(10, "26"), cycle(20, "20"), restart(130), every(140, 230, "20"), tick(239), tick(240))
    yield from paragraph("silence-counts-from-the-restart", rule(SILENT, holdMs=30_000), cycle(10, "1"), cycle(20, None), cycle(30, None), restart(500), cycle(501, None), tick(529), tick(530), restart(5000), tick(6000))
    yield from paragraph("due-in-the-outage", rule(HOT, actions=[action(0)], follow_ups=[follow("not-confirmed", 1), follow("resolved", 1.5)]), cycle(10, "26"), restart(500), cycle(501, "20"), tick(520), restart(900), restart(901), tick(5000))


def random_cases():
    for number in range(60):
        pick = lambda *items: rng.choice(items)
        conditions = [when(kind := pick(*COMPARE, "reading-error", "g", "l"), None if kind == "reading-error" else str(rng.randrange(3)), rng.randrange(1, 3),
                           **({"failures": rng.randrange(1, 4)} if kind == "reading-error" else {"deadband": pick("0", "1")})) for _ in range(rng.randrange(1, 4))]
        actions = [action(pick(0, 0, 1, 2, 5, 12), pick("email", "sms", None)) for _ in range(rng.randrange(4))]
        follow_ups = [follow(pick("confirmed", "not-confirmed", "resolved"), pick(0, 1, 3, 10)) for _ in range(rng.randrange(4))]
        given = rule(*conditions, logic=pick("all", "any"), actions=actions, follow_ups=follow_ups, holdMs=pick(20, 60, 300) * SECOND, resolveDelayMs=pick(0, 0, 10, 60) * SECOND)
        second, events = 0, []
        for _ in range(36):
            second += pick(1, 5, 10, 10, 20, 30, 60, 60, pick(100, 400, 900))
            readings = {str(param): pick(None, "0", "1", "1.0", "2", "3") for param in (1, 2) if rng.random() < 0.8}
            events.append(pick(*[{"cycle": {"at": second * SECOND, "readings": readings}}] * 12, tick(second), confirm(second), polling(second, pick(True, False), pick(1, 2)),
                               {"cycle": {"at": (second - 45) * SECOND, "readings": readings}}))
            if rng.random() < 0.03:
                second += pick(30, 300, 900)
                events.append(restart(second))
        case = played(f"random-{number}", f"{DEFINITION}, seed 4110", given, events)
        yield case if number % 2 else case | {"args": case["args"] | {"restore": True}}


# Prometheus


def promtool_cases():
    """What fires is an action that was told of a record that is open; a reading comes every minute, at which it is looked."""
    version = subprocess.run([PROMTOOL, "--version"], capture_output=True, text=True, check=True)
    version = (version.stdout + version.stderr).split()[2]
    operators = {"g": ">", "ge": ">=", "l": "<", "le": "<=", "eq": "==", "neq": "!="}
    for number in range(24):
        kind, minutes = rng.choice(list(operators)), rng.choice([0, 1, 3, 5, 10])
        value, values, changes = 20, [], 0
        for _ in range(40):
            # Fewer than four openings in ten minutes, which only one of the two calls flapping.
            if changes < 6 and rng.random() < 0.2:
                value, changes = rng.choice([20, 25, 26, 25.5]), changes + 1
            values.append(value)
        given = rule(when(kind, "25"), actions=[action(minutes)], periodMs=MINUTE, resolveDelayMs=0)
        if number % 3 == 0:
            other = [rng.choice([0, 1]) for _ in range(8) for _ in range(5)]
            given["conditions"].append(when("eq", "1", 2))
        else:
            other = [1] * 40
        events = [cycle(60 * minute, p1=str(value), p2=str(flag)) for minute, (value, flag) in enumerate(zip(values, other))]
        case = played(f"promtool-{number}", f"promtool {version}, every minute", given, events)
        firing, is_open, has_acted = [], False, False
        for effects in case["want"]["effects"]:
            for effect in effects:
                is_open = effect["kind"] != "resolve"
                has_acted = effect["kind"] == "action"
            firing.append(is_open and has_acted)
        if any(effect["kind"] == "flapping" for effects in case["want"]["effects"] for effect in effects):
            continue
        expression = f"value {operators[kind]} 25" + (" and flag == 1" if number % 3 == 0 else "")
        rules = f"groups:\n- name: test\n  rules:\n  - alert: Hot\n    expr: {expression}\n    for: {minutes}m\n"
        tests = f"rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
        for name, series in (("value", values), ("flag", other)):
            tests += f"  - series: {name}\n    values: '{' '.join(map(str, series))}'\n"
        tests += "  alert_rule_test:\n"
        for minute, is_firing in enumerate(firing):
            tests += f"  - eval_time: {minute}m\n    alertname: Hot\n    exp_alerts: [{'{}' if is_firing else ''}]\n"
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "rules.yml").write_text(rules)
            pathlib.Path(folder, "tests.yml").write_text(tests)
            said = subprocess.run([PROMTOOL, "test", "rules", "tests.yml"], cwd=folder, capture_output=True, text=True)
        if said.returncode != 0:
            sys.exit(f"promtool differs:\n{rules}{tests}\n{said.stdout}{said.stderr}")
        yield case


# Whole timelines, and what cannot be


def simulated(name, given, series, start=None, end=None):
    instants = sorted({ms(at) for points in series.values() for at in points["times"]})
    alert = Alert(given, at=instants[0] if start is None and instants else ms(start or 0))
    effects = []
    for at in instants:
        readings = {param: dict(zip(map(ms, points["times"]), points["values"]))[at] for param, points in series.items() if at in map(ms, points["times"])}
        effects += alert.step({"cycle": {"at": at, "readings": readings}})
    if end is not None:
        effects += alert.step({"tick": {"at": end}})
    args = {"rule": given, "series": series} | ({} if start is None else {"start": start}) | ({} if end is None else {"end": end})
    return {"name": name, "source": DEFINITION, "call": "simulate", "args": args, "want": {"effects": effects, "state": alert.state()}}


def simulate_cases():
    points = lambda first, step, values: {"times": [first + index * step for index in range(len(values))], "values": values}
    given = rule(HOT, actions=[action(1)], follow_ups=[follow("resolved", 1)])
    hot = ["20", "26", "26", "26", "26", "26", "26", "26", "26", "20", "20"]
    yield simulated("one-series", given, {"1": points(0, 10_000, hot)}, end=1_000_000)
    yield simulated("floats", given, {"1": points(0, 10_000, [20, 25.5, 26.25, None, 26, 26, 26, 26, 26, 0.5])})
    both = rule(HOT, when("eq", "1", 2), actions=[action(0)])
    yield simulated("two-series", both, {"1": points(0, 10_000, hot), "2": points(5000, 10_000, [0, 0, 1, 1, 0, 0, 0])}, end=120_000)
    yield simulated("two-series-at-once", both | {"conditionLogic": "any"}, {"1": points(0, 10_000, hot), "2": points(0, 10_000, [0, 1, 0, 1])})
    yield simulated("silence", rule(SILENT), {"1": points(60_000, 1000, ["1", "1"])}, start=0, end=600_000)
    yield simulated("no-readings", rule(SILENT), {}, start=5000, end=600_000)
    yield simulated("text", given, {"1": {"times": ["2026-01-01T00:00:00Z", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z"], "values": ["26", "26", "26"]}}, end=ms("2026-01-01T00:05:00Z"))
    wave = [str(round(23 + 4 * ((index * 7919 % 97) / 97), 2)) for index in range(400)]
    yield simulated("a-day-of-noise", rule(when("g", "25", deadband="1"), actions=[action(2)], follow_ups=[follow("resolved", 5)], periodMs=MINUTE), {"1": points(0, MINUTE, wave)}, end=400 * MINUTE)


def refused_cases():
    def refused(name, given, kind, events=(), offset=None, **more):
        error = {"kind": kind} | ({} if offset is None else {"offset": offset})
        return {"name": name, "source": "the contract", "call": "alert", "args": {"rule": given, "events": list(events)} | more, "error": error}

    yield refused("unknown-logic", rule(HOT, logic="none"), "alert-rule")
    yield refused("unknown-condition", rule(HOT, when("gt", "1")), "alert-rule", offset=1)
    yield refused("no-threshold", rule(when("g")), "alert-rule", offset=0)
    yield refused("no-parameter", rule({"kind": "g", "value": "1"}), "alert-rule", offset=0)
    yield refused("threshold-is-no-number", rule(when("g", "2,5")), "number-syntax", offset=1)
    yield refused("negative-deadband", rule(when("g", "25", deadband="-1")), "alert-rule", offset=0)
    yield refused("deadband-of-too-many-digits", rule(when("g", "1e1000", deadband="1")), "alert-rule", offset=0)
    yield refused("no-failures", rule(when("reading-error", failures=0)), "alert-rule", offset=0)
    yield refused("no-hold-limit", rule(HOT, holdMs=0), "alert-rule", offset=0)
    yield refused("seventeen-actions", rule(HOT, actions=[action(0)] * 17), "alert-rule")
    yield refused("seventeen-follow-ups", rule(HOT, follow_ups=[follow("resolved", 0)] * 17), "alert-rule")
    yield refused("unknown-channel", rule(HOT, actions=[action(0), action(0, "fax")]), "alert-rule", offset=1)
    yield refused("follow-up-without-channel", rule(HOT, follow_ups=[follow("resolved", 0, "")]), "alert-rule", offset=0)
    yield refused("unknown-stage", rule(HOT, follow_ups=[follow("start", 0)]), "alert-rule", offset=0)
    yield refused("before-the-start", rule(HOT, actions=[action(-1)]), "alert-rule", offset=0)
    yield refused("part-of-a-millisecond", rule(HOT, actions=[action("0.00001")]), "alert-rule", offset=0)
    yield refused("value-is-no-number", rule(HOT), "number-syntax", [cycle(1, "hot")], offset=0)
    yield refused("instant-without-zone", rule(HOT), "instant-syntax", [{"tick": {"at": "2026-01-01T00:00:00"}}], offset=19)
    yield refused("no-state", rule(HOT), "alert-state", state={"stored": "00"}, offset=0)
    yield refused("no-digits", rule(HOT), "alert-state", state={"stored": "5042zz"}, offset=2)
    yield refused("state-of-another-version", rule(HOT), "alert-state", state={"stored": "50424102" + "00" * 90})
    yield refused("state-of-another-rule", rule(HOT), "alert-state", state={"stored": "504241010300" + "00" * 90})


def write(name, about, cases):
    cases = list(cases)
    lines = ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in cases)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(f'{{ "about": {json.dumps(about)}, "cases": [\n{lines}\n] }}\n')
    return len(cases)


total = write("truth", "Conditions: exact comparison, deadbands, the unknown, Kleene's logic.", truth_cases())
total += write("error", "Readings that fail, and silence.", error_cases())
total += write("life", "Records that open and close.", life_cases())
total += write("action", "Actions, and what holds them back.", action_cases())
total += write("follow", "Follow-ups of each stage.", follow_cases())
total += write("flapping", "Records that would open and close too often.", flapping_cases())
total += write("restart", "Outages.", restart_cases())
total += write("random", "Rules and events from a seed.", random_cases())
total += write("promtool", "Where Prometheus says the same, minute by minute.", promtool_cases())
total += write("simulate", "Whole timelines.", simulate_cases())
total += write("refused", "What cannot be.", refused_cases())
print(total)
