"""Wrong files are refused with file, line, field and expectation, and change nothing."""

import pytest
from conftest import network, parameter, plant

GOOD = plant([network("bus", 5020, [{"name": "meter", "modbusUnitId": 1, "parameters": [parameter("p", 5)]}])])


def test_apply_says_what_changed_and_can_be_repeated(server):
    dry = server.apply(GOOD, "--dry-run")
    assert dry.stdout.endswith("6 would be created, 0 would be changed, 0 as they were\n")
    assert server.apply(GOOD).stdout.endswith("6 created, 0 changed, 0 as they were\n")
    assert server.apply(GOOD).stdout == "0 created, 0 changed, 6 as they were\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("organizations:\n  - name: A\n    networks:\n      - name: N\n", ":4:9: organizations[0].networks[0]: missing field `connection`"),
        ("organizations:\n  - nam: A\n", ":2:5: organizations[0].nam: unknown field `nam`"),
        ("organizations:\n  - name: A\n    language: de\n", ":3:15: organizations[0].language: unknown `de`, expected en, pl, ru or ua"),
        ("organizations:\n  - name: A\n  - name: A\n", ":3:11: organizations[1].name: `A` stands twice among the organizations"),
        ("organizations: [\n", ":"),
        (
            "organizations:\n  - name: A\n    users:\n      - name: u\n        role: boss\n",
            ":5:15: organizations[0].users[0].role: unknown `boss`, expected owner",
        ),
    ],
)
def test_a_wrong_plant_changes_nothing(server, text, expected):
    assert server.apply(GOOD).returncode == 0
    file = server.folder / "wrong.yaml"
    file.write_text(text)
    refused = server.run("apply", str(file), "--config", str(server.config))
    assert refused.returncode == 1 and f"{file}{expected}" in refused.stderr, refused.stderr
    assert server.apply(GOOD).stdout == "0 created, 0 changed, 6 as they were\n"


def test_a_wrong_configuration_is_refused(server):
    server.config.write_text('[server]\nlisten = "127.0.0.1:1"\nmax_conections = 5\n')
    refused = server.run("serve", "--config", str(server.config))
    assert refused.returncode == 1
    assert f"{server.config}:3: server.max_conections: unknown field `max_conections`, expected one of" in refused.stderr


def test_a_running_server_follows_what_is_applied(server):
    assert server.apply(GOOD).returncode == 0
    server.start()
    assert list(server.params()) == [("meter", "p")]
    more = plant([network("bus", 5020, [{"name": "meter", "modbusUnitId": 1, "parameters": [parameter("p", 5), parameter("q", 6)]}])])
    assert server.apply(more).returncode == 0
    from conftest import eventually

    eventually(lambda: ("meter", "q") in server.params())
