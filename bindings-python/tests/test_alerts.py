"""What vectors do not say of alerts: shapes of arguments, errors, and states that go round by JSON."""

import datetime
import decimal
import json

import numpy as np
import pytest

import parabus

RULE = {
    "name": "Too hot",
    "conditionLogic": "all",
    "logAs": "warning",
    "conditions": [{"paramId": 542, "kind": "g", "value": "25.0", "deadband": 1}],
    "actions": [{"timeoutMinutes": 5, "type": "sms", "recepient": "+48 600"}],
    "followUps": [],
}


def test_an_alert_goes_on_from_its_state():
    alert = parabus.Alert(RULE, at=datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc), last_record=6)
    [opened] = alert.step({"cycle": {"at": 1000, "readings": {542: 25.1}}})
    assert (opened["kind"], opened["record"], opened["due"]) == ("open", 7, 1000) and len(opened["id"]) == 16
    assert alert.state()["next"] == 61_000 and alert.state()["conditions"] == [{"param": 542, "triggered": True}]
    again = parabus.Alert(RULE, state=json.loads(json.dumps(alert.state())))
    assert again.state() == alert.state()
    for at in range(11_000, 301_000, 10_000):
        told = again.step({"cycle": {"at": at, "readings": {542: decimal.Decimal("24.5")}}})
        assert told == []
    [told] = again.step({"tick": {"at": "1970-01-01T00:05:01Z"}})
    assert (told["kind"], told["index"], told["at"], told["send"]) == ("action", 0, 301_000, {"type": "sms", "recepient": "+48 600"})


def test_values_of_every_type():
    for value in (26, 26.0, "26", decimal.Decimal("26.00"), np.int16(26), np.float64(26), 2**63, True):
        alert = parabus.Alert(RULE | {"conditions": [{"param_id": 542, "kind": "ge", "value": 1}]})
        assert alert.step({"cycle": {"at": 1, "readings": {542: value}}})[0]["kind"] == "open", value
    for value in (None, float("nan"), np.nan, float("inf")):
        alert = parabus.Alert(RULE)
        alert.step({"cycle": {"at": 1, "readings": {"542": value}}})
        assert alert.state()["conditions"][0]["triggered"] is None
    with pytest.raises(TypeError):
        parabus.Alert(RULE).step({"cycle": {"at": 1, "readings": {542: [1]}}})


def test_timelines_of_arrays():
    times = np.arange(0, 600_000, 10_000)
    values = np.where(times < 400_000, 26.5, 20.0)
    lists = parabus.simulate(RULE, {542: (times.tolist(), values.tolist())}, end=600_000)
    arrays = parabus.simulate(RULE, {542: (times.astype("datetime64[ms]"), values)}, end="1970-01-01T00:10:00Z")
    assert [effect["kind"] for effect in lists["effects"]] == ["open", "action", "resolve"] and arrays == lists
    with pytest.raises(parabus.AggregateError):
        parabus.simulate(RULE, {542: ([0, 1], [1])})


def test_what_cannot_be_is_told():
    condition = RULE["conditions"][0]
    for error, call in [
        (parabus.AlertError, lambda: parabus.Alert(RULE | {"conditionLogic": "none"})),
        (parabus.AlertError, lambda: parabus.Alert(RULE | {"conditions": [condition | {"kind": "gt"}]})),
        (parabus.AlertError, lambda: parabus.Alert(RULE | {"actions": [{"timeoutMinutes": 0}] * 17})),
        (parabus.AlertError, lambda: parabus.Alert(RULE, state={"stored": ""})),
        (parabus.ValueDecodeError, lambda: parabus.Alert(RULE | {"conditions": [condition | {"value": "2,5"}]})),
        (ValueError, lambda: parabus.Alert(RULE | {"colour": "red"})),
        (TypeError, lambda: parabus.Alert("rule")),
        (TypeError, lambda: parabus.Alert(RULE).step({})),
        (ValueError, lambda: parabus.Alert(RULE).step({"tick": {}})),
        (ValueError, lambda: parabus.Alert(RULE).step({"ring": {"at": 1}})),
        (TypeError, lambda: parabus.Alert(RULE).step({"cycle": {"at": 1, "readings": [1]}})),
    ]:
        with pytest.raises(error):
            call()
