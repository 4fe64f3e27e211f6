"""Device templates: on the command line, in a plant file, and in the images of registers they are read against."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
SHIPPED = ROOT / "server/templates"


def test_the_images_are_those_that_the_script_makes():
    script = ROOT / "tests/templates/dumps.py"
    made = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout


def test_every_shipped_template_has_an_image_and_is_listed(server):
    shipped = {path.stem for path in SHIPPED.glob("*.yaml")}
    assert shipped == {path.stem for path in (ROOT / "tests/templates/dumps").glob("*.json")}
    listed = server.run("template", "list")
    assert {line.split(":")[0] for line in listed.stdout.splitlines()} == shipped


def test_check_tells_what_a_template_is_and_everything_that_is_wrong(server):
    checked = server.run("template", "check", str(SHIPPED))
    assert checked.returncode == 0 and f"{SHIPPED}/abb-b23.yaml: ABB B23 1.0, 23 parameters" in checked.stdout
    wrong = server.folder / "wrong.yaml"
    text = (SHIPPED / "abb-b23.yaml").read_text().replace("multiplier: 0.01", "multiplier: 0")
    wrong.write_text(text)
    checked = server.run("template", "check", str(wrong), str(SHIPPED / "eastron-sdm120.yaml"))
    assert checked.returncode == 1 and "eastron-sdm120.yaml: Eastron" in checked.stdout
    faults = checked.stderr.splitlines()
    place, field, told = faults[0].split(": ", 2)
    assert place.startswith(f"{wrong}:10:") and field == "parameters[0].multiplier"
    assert told.startswith("`Imported energy`: `0` makes every value the same")
    assert len(faults) == text.count("multiplier: 0,") + 1
    assert faults[-1] == "parabus: 1 of the templates cannot be used"


def test_a_converted_template_is_applied_like_the_original(server):
    converted = server.folder / "b23.yaml"
    assert server.run("template", "convert", str(SHIPPED / "abb-b23.yaml"), str(converted)).returncode == 0
    devices = [{"name": "Meter", "modbusUnitId": 1, "template": "abb-b23"}]
    network = {"name": "Hall", "connection": {"kind": "direct", "ip": "127.0.0.1"}, "devices": devices}
    organization = {"name": "Works", "networks": [network]}
    plant = server.folder / "plant.json"

    def apply(**more):
        plant.write_text(json.dumps({"organizations": [organization], **more}))
        return server.run("apply", str(plant), "--config", str(server.config)).stdout

    assert apply().endswith("27 created, 0 changed, 0 as they were\n")
    assert apply(templates=[{"file": "b23.yaml"}]) == "0 created, 0 changed, 27 as they were\n"
    assert apply(templates=[{"id": "abb-b23", "file": str(SHIPPED / "abb-b23.yaml")}]).startswith("0 created, 0 changed")
