"""The vectors on the Python package. A runner is a loader and a comparison, nothing more."""

import array
import json
import pathlib
import sys

import parabus

ROOT = pathlib.Path(__file__).parents[1] / "vectors"


def with_bytes(frame, change):
    """A frame with its fields of bytes changed."""
    frame = frame | {name: change(frame[name]) for name in ("data", "events") if name in frame}
    if "objects" in frame:
        frame["objects"] = [item | {"value": change(item["value"])} for item in frame["objects"]]
    return frame


def decode_frame(data, **options):
    return with_bytes(parabus.decode_frame(bytes.fromhex(data), **options), bytes.hex)


def encode_frame(frame, **options):
    return parabus.encode_frame(with_bytes(frame, bytes.fromhex), **options).hex()


def decode_value(**args):
    value = parabus.decode_value(**args)
    return {"text": value.text, "number": value.number, "int": value.int}


def decode_array(data=None, registers=None, **args):
    buffer = bytes.fromhex(data) if registers is None else array.array("H", registers)
    decoded = parabus.decode_array(buffer, **args)
    return {str(decoded.dtype): decoded.tolist()}


def crc16(data):
    return parabus.crc16(bytes.fromhex(data))


def lrc(data):
    return parabus.lrc(bytes.fromhex(data))


def plan_writes(**args):
    return [with_bytes(frame, bytes.hex) for frame in parabus.plan_writes(**args)]


def plan_reads(points, refused=(), **args):
    return parabus.plan_reads([tuple(point) for point in points], refused=[tuple(each) for each in refused], **args)


def frame_scanner(transport, direction, pushes):
    scanner = parabus.FrameScanner(transport, direction)
    found = [scanner.push(bytes.fromhex(push["data"]), push["now_ms"]) for push in pushes]
    return [[with_bytes(frame, bytes.hex) for frame in frames] for frames in found]


def modbus_client(transport, steps, options=None):
    client = parabus.ModbusClient(transport, options)
    answers = []
    for step in steps:
        now = step["now_ms"]
        if "request" in step:
            done = client.request(with_bytes(step["request"], bytes.fromhex), now)
        elif "receive" in step:
            done = client.receive(bytes.fromhex(step["receive"]), now)
        else:
            done = client.poll(now) if "poll" in step else client.reset(now)
        events = [each | ({"frame": with_bytes(each["frame"], bytes.hex)} if "frame" in each else {}) for each in done.events]
        request = {} if done.request_id is None else {"request_id": done.request_id}
        answers.append(request | {"send": done.send.hex(), "events": events, "deadline_ms": done.deadline_ms})
    return answers


def modbus_server(unit_ids, bank, receives, **options):
    tables = {kind: {int(address): item for address, item in table.items()} for kind, table in bank.items()}
    server = parabus.ModbusServer(unit_ids, tables, **options)
    replies = [server.receive(bytes.fromhex(call["data"]), call["now_ms"]) for call in receives]
    left = {kind: {str(address): item for address, item in table.items()} for kind, table in tables.items()}
    return {"replies": [reply and reply.hex() for reply in replies], "bank": left}


def whole(value):
    """Large integers are text in the files."""
    return int(value) if isinstance(value, str) else value


def of_values(name):
    call = getattr(parabus, name)
    return lambda values, **args: call(values=[whole(value) for value in values], **args)


def formula(text, values):
    read = parabus.Formula(text)
    return {"operands": read.operands(), "value": read.evaluate({int(id): value for id, value in values.items()})}


def told(state):
    """What the definition says of a state."""
    return {key: value for key, value in state.items() if key not in ("next", "stored")}


def alert(rule, events, restore=False, **args):
    """With `restore`, the state is stored and loaded before each event."""
    machine, effects = parabus.Alert(rule, **args), []
    for event in events:
        if restore:
            machine = parabus.Alert(rule, state=machine.state())
        effects.append(machine.step(event))
    return {"effects": effects, "state": told(machine.state())}


def simulate(series, **args):
    pairs = {int(param): (points["times"], points["values"]) for param, points in series.items()}
    timeline = parabus.simulate(series=pairs, **args)
    return timeline | {"state": told(timeline["state"])}


SUMS = ("segments", "dispersed", "min_max", "time_weighted_mean", "integrate", "increase", "exact_sum")

# Bytes are hexadecimal text in the files, and objects are dicts.
MACHINES = (frame_scanner, modbus_client, modbus_server)
PLANS = (plan_reads, plan_writes)
CALLS = {each.__name__: each for each in (decode_frame, encode_frame, decode_value, decode_array, crc16, lrc, *PLANS, *MACHINES, formula, alert, simulate)}
CALLS |= {name: of_values(name) for name in SUMS}


def canonical(value):
    """Integers beyond ±(2^53 - 1), NaN and infinities are text; a bool is no number."""
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int) and abs(value) >= 2**53 or isinstance(value, float) and value - value != 0:
        return str(value)
    return value


def difference(case) -> str | None:
    """What is wrong with the answer to a case."""
    try:
        call = CALLS.get(case["call"]) or getattr(parabus, case["call"])
        got = {"want": call(**case["args"])}
    except parabus.ParabusError as error:
        got = {"error": {"kind": error.kind} | ({} if error.offset is None else {"offset": error.offset})}
        if type(error) is not parabus.ERROR_KINDS[error.kind]:
            return f"{error.kind} is a {type(error).__name__}"
    except Exception as error:  # Anything else than a refusal of core is a failed case, and named as one.
        got = {"thrown": repr(error)}
    want = {key: case[key] for key in ("want", "error") if key in case}
    return None if canonical(want) == canonical(got) else f"expected {want}\n     got {got}"


def main() -> int:
    # No binding offers chunks yet: their vectors are the Rust host's alone.
    paths = (path for path in sorted(ROOT.glob("*/*.json")) if path.parent.name != "chunk")
    files = {str(path.relative_to(ROOT)): json.loads(path.read_text()) for path in paths}
    cases = [(name, case) for name, file in files.items() for case in file["cases"]]
    # A runner that cannot fail proves nothing.
    good = next(case for _, case in cases if "want" in case)
    assert difference(good | {"want": "nonsense"}), "Python: a broken case passed"
    failures = [f"{name}: {case['name']}\n{text}" for name, case in cases if (text := difference(case))]
    result = {"runner": "Python", "passed": len(cases) - len(failures), "total": len(cases)}
    print(f"vectors: {json.dumps(result, separators=(',', ':'))}")
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
