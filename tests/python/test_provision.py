"""Setting up from a file and writing it back on the command line, and the schema of the file."""

import copy
import json
import pathlib
import subprocess

import jsonschema
import pytest
import yaml
from conftest import PARABUS, Server, network, parameter, plant

ROOT = pathlib.Path(__file__).parents[2]
EVERYTHING = ROOT / "server/tests/plants/everything.yaml"
PLANTS = [ROOT / "server/demo/plant.yaml", ROOT / "server/demo/zoo.yaml", EVERYTHING]
METER = {"name": "meter", "modbusUnitId": 1, "parameters": [parameter("p", 5), parameter("q", 6)]}


def as_json(value):
    """YAML has keys that are no texts."""
    if isinstance(value, dict):
        return {str(key): as_json(each) for key, each in value.items()}
    return [as_json(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def schema():
    printed = json.loads(subprocess.run([PARABUS, "schema"], capture_output=True, text=True, check=True).stdout)
    assert printed == json.loads((ROOT / "server/plant.schema.json").read_text()), "the schema is the locked one"
    jsonschema.Draft7Validator.check_schema(printed)
    return jsonschema.Draft7Validator(printed)


@pytest.mark.parametrize("path", PLANTS, ids=lambda path: path.name)
def test_the_schema_takes_plants(schema, path):
    schema.validate(as_json(yaml.safe_load(path.read_text())))


def test_the_schema_refuses_what_reading_refuses(schema, server):
    good = as_json(yaml.safe_load(EVERYTHING.read_text()))
    schema.validate(plant([network("bus", 5020, [METER])]))
    refused = 0
    for path in leaves(good):
        *way, last = path
        wrong = copy.deepcopy(good)
        holder = wrong
        for step in way:
            holder = holder[step]
        holder[last] = {"damaged": 1}
        assert not schema.is_valid(wrong), path
        if isinstance(last, str) and not {"texts", "textDescriptions", "skuTemplates", "signals"} & set(way):
            holder[f"{last}Damaged"] = holder.pop(last)
            assert not schema.is_valid(wrong), path
        refused += 1
    assert refused > 100
    for path, value in [
        (("organizations", 0, "language"), "de"),
        (("organizations", 0, "users", 0, "role"), "boss"),
        (("organizations", 0, "slug"), "No Slug"),
        (("organizations", 0, "networks", 0, "maxInflightRequestsNum"), 17),
        (("organizations", 0, "networks", 0, "devices", 0, "timeoutMs"), 5),
        (("organizations", 0, "networks", 0, "devices", 0, "parameters", 1, "type"), "f33-be"),
        (("organizations", 0, "networks", 0, "devices", 0, "parameters", 1, "registerKind"), "inputs"),
        (("organizations", 0, "networks", 0, "devices", 0, "parameters", 1, "address"), 70000),
        (("globalNotifications", 0, "id"), 7),
    ]:
        wrong = copy.deepcopy(good)
        *way, last = path
        holder = wrong
        for step in way:
            holder = holder[step]
        holder[last] = value
        assert not schema.is_valid(wrong), path
        assert server.apply(wrong, "--dry-run").returncode == 1, path


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for step, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*path, step))
    else:
        yield path


def test_a_plan_is_shown_and_its_exit_code_tells(server):
    good = plant([network("bus", 5020, [METER])])
    assert server.apply(good, "--dry-run").returncode == 0
    assert server.apply(good, "--dry-run", "--exit-code").returncode == 2
    assert server.apply(good).returncode == 0
    again = server.apply(good, "--dry-run", "--exit-code")
    assert (again.returncode, again.stdout) == (0, "0 would be created, 0 would be changed, 7 as they were\n")
    less = plant([network("bus", 5020, [METER | {"timeoutMs": 300, "parameters": [parameter("p", 5)]}])])
    plan = json.loads(server.apply(less, "--dry-run", "--prune", "--json").stdout)
    assert plan["changes"] == [
        {"action": "remove", "object": "parameter `bus / meter / q` and its readings", "fields": []},
        {"action": "change", "object": "device `bus / meter`", "fields": [{"field": "timeoutMs", "old": "1000", "new": "300"}]},
    ]
    assert (plan["removed"], plan["changed"], plan["isPlan"]) == (1, 1, True)
    refused = server.apply(less, "--prune")
    assert refused.returncode == 1 and "repeat with --yes" in refused.stderr
    assert "- parameter `bus / meter / q`" in refused.stdout
    assert server.apply(good).stdout == "0 created, 0 changed, 7 as they were\n", "nothing was changed"
    done = server.apply(less, "--prune", "--yes")
    assert done.stdout.endswith("0 created, 1 changed, 1 removed, 5 as they were\n"), done.stdout


def test_what_is_exported_sets_up_the_same(server, tmp_path):
    config = ["--config", str(server.config)]
    assert server.run("apply", str(EVERYTHING), *config).returncode == 0
    first = server.folder / "first.yaml"
    assert server.run("export", str(first), *config).returncode == 0
    assert first.stat().st_mode & 0o077 == 0, "for its owner alone"
    (tmp_path / "other").mkdir()
    other = Server(tmp_path / "other")
    assert other.run("apply", str(first), "--config", str(other.config)).returncode == 0
    assert other.run("export", "--config", str(other.config)).stdout == first.read_text()
    bare = server.run("export", "--no-secrets", *config).stdout
    assert "passwordHash" not in bare and "devicePasswords" not in bare
    assert server.run("export", "--org", "Nobody", *config).returncode == 1


def test_every_fault_of_a_file_is_told_at_once(server):
    file = server.folder / "wrong.yaml"
    file.write_text("organizations:\n  - name: A\n    langauge: en\n    users:\n      - { name: u, role: ownr }\n")
    refused = server.run("apply", str(file), "--config", str(server.config))
    assert refused.returncode == 1
    lines = refused.stderr.removeprefix("parabus: ").splitlines()
    assert lines[0].startswith(f"{file}:3:5: organizations[0].langauge: unknown field `langauge`")
    assert lines[0].endswith("did you mean `language`?")
    assert lines[1].startswith(f"{file}:5:26: organizations[0].users[0].role: unknown `ownr`")
    assert lines[1].endswith("did you mean `owner`?") and len(lines) == 2


TEMPLATE = {"id": "t1", "name": "T1", "manufacturer": "Works", "version": "1", "parameters": [parameter("of template", 9)]}


def test_pruning_leaves_what_the_file_is_silent_of(server):
    """A section that is left out, and an organization that is not named, stay as they are."""
    own = {"name": "meter", "modbusUnitId": 1, "template": "t1", "parameters": [parameter("own", 5)]}
    full = plant([network("bus", 5020, [own])]) | {"templates": [TEMPLATE], "skuTemplates": {"s1": "t1"}}
    assert server.apply(full).returncode == 0
    config = ["--config", str(server.config)]
    before = server.run("export", *config).stdout

    silent = {"templates": [], "organizations": []}
    done = server.apply(silent, "--prune", "--yes")
    assert done.returncode == 0 and "0 removed" not in done.stdout, done.stdout
    assert server.run("export", *config).stdout == before, "the template is used elsewhere"

    without = plant([network("bus", 5020, [{key: value for key, value in own.items() if key != "parameters"}])])
    done = server.apply(without | {"templates": [TEMPLATE]}, "--prune", "--yes")
    assert done.returncode == 0 and "own" not in done.stdout, done.stdout
    assert server.run("export", *config).stdout == before, "its own parameter stays, with its readings"

    refused = plant([network("bus", 5020, [own | {"without": ["of template"]}])]) | {"templates": [TEMPLATE]}
    done = server.apply(refused, "--prune", "--yes")
    assert "- parameter `bus / meter / of template` and its readings" in done.stdout, done.stdout


def test_a_renamed_network_takes_the_slug_of_the_one_that_goes(server):
    assert server.apply(plant([network("Old hall", 5020, [METER]) | {"slug": "hall"}])).returncode == 0
    done = server.apply(plant([network("New hall", 5020, [METER]) | {"slug": "hall"}]), "--prune", "--yes")
    assert done.returncode == 0, done.stderr
    assert "slug: hall" in server.run("export", "--config", str(server.config)).stdout


def test_what_is_exported_over_a_file_is_for_its_owner_alone(server):
    assert server.apply(plant([])).returncode == 0
    file = server.folder / "present.yaml"
    file.write_text("# open to all\n")
    file.chmod(0o644)
    assert server.run("export", str(file), "--config", str(server.config)).returncode == 0
    assert file.stat().st_mode & 0o077 == 0 and "organizations" in file.read_text()


def test_hashes_that_no_check_can_bear_are_refused(server):
    key = "513cf747-eb5c-4d5f-931f-d22c9872c73c"
    for cost in ("v=19$m=4194304,t=2,p=1", "v=19$m=1,t=2,p=1", "m=19456,t=2,p=1"):
        content = plant([])
        hashed = f"$argon2id${cost}$c29tZXNhbHRzb21lc2FsdA$K7xkz5vhVvSpMmg3mXQGqKUjbVKzmXXf5Y2k3nqNYJw"
        content["organizations"][0]["users"][0]["keys"] = [{"apiKey": key, "passwordHash": hashed}]
        refused = server.apply(content)
        assert refused.returncode == 1 and "passwordHash" in refused.stderr, cost
