"""The examples of the API's clients, run as they stand against a server with a simulated plant: a notebook, a program
for Node, and those of the packages' READMEs."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from conftest import KEY, PARABUS, PASSWORD, Server, eventually, free_port
from nbclient import NotebookClient

import parabus

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "tests/examples"

#: What an npm package with the client has of it; the rest of a package is not needed here.
FILES = ["client.js", "client.d.ts", "client-api.d.ts"]


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """The address of a server that polls the simulated plant, and the port of a page that may ask it."""
    server = Server(tmp_path_factory.mktemp("works"))
    text = (EXAMPLES / "plant.yaml").read_text()
    for port in ("5020", "5021"):
        text = text.replace(f"port: {port}", f"port: {free_port()}")
    file = server.folder / "plant.yaml"
    file.write_text(text)
    page = free_port()
    server.config.write_text(server.config.read_text() + f'[api]\nallowed_origins = ["http://127.0.0.1:{page}"]\n')
    environment = os.environ | {"PARABUS_PASSWORD": PASSWORD}
    apply = subprocess.run([PARABUS, "apply", str(file), "--config", str(server.config)], env=environment, capture_output=True, text=True)
    assert apply.returncode == 0, apply.stderr
    simulator = subprocess.Popen([PARABUS, "simulate", str(file)], env=environment, stdout=subprocess.DEVNULL)
    try:
        server.start()
        url = f"http://127.0.0.1:{server.port}"
        with parabus.Client(url, KEY, PASSWORD) as client:
            ids = [id for (device, _), id in server.params().items() if device == "Meter"]
            eventually(lambda: all(len(client.readings_get(param_id=id)) >= 4 for id in ids))
        yield url, page
    finally:
        server.stop()
        simulator.terminate()
        simulator.wait(10)


def environment(url: str) -> dict[str, str]:
    return os.environ | {"PARABUS_URL": url, "PARABUS_KEY": KEY, "PARABUS_PASSWORD": PASSWORD}


@pytest.fixture(params=["parabus", "parabus-wasm"])
def project(tmp_path, request):
    """A folder of a project that has an npm package installed, as far as the client needs it."""
    package = tmp_path / "node_modules" / request.param
    package.mkdir(parents=True)
    for name in FILES:
        shutil.copy(ROOT / "bindings-js" / name, package)
    exports = '{ "./client": { "types": "./client.d.ts", "default": "./client.js" } }'
    (package / "package.json").write_text(f'{{ "name": "{request.param}", "type": "module", "exports": {exports} }}')
    (tmp_path / "package.json").write_text("{}")
    return tmp_path


def name_of(project: pathlib.Path) -> str:
    return next((project / "node_modules").iterdir()).name


def run_node(folder: pathlib.Path, file: str, *words: str) -> list[str]:
    variables = os.environ | {"PARABUS_PASSWORD": PASSWORD}
    run = subprocess.run(["node", file, *words], cwd=folder, env=variables, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.splitlines()


def test_the_notebook_of_an_energy_engineer(works, monkeypatch):
    notebook = nbformat.read(EXAMPLES / "energy.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "it is kept without what it printed"
    for name, value in environment(works[0]).items():
        monkeypatch.setenv(name, value)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    printed = "".join(output["text"] for cell in notebook.cells for output in cell.get("outputs", []))
    assert printed.startswith("Riverside Works\n")
    assert int(re.search(r"(\d+) readings, [34]", printed)[1]) >= 4
    hours = re.findall(r"\d\d\.\d\d\. \d\d:00 +(\d+\.\d) kW in +\d+ s  #{15,25}", printed)
    assert hours and all(30 <= float(mean) <= 50 for mean in hours), printed
    counted, reckoned = map(int, re.search(r"(\d+) Wh counted, (\d+) Wh of the mean power", printed).groups())
    # Some seconds of 40 kW are 11 Wh each, and the last value holds on.
    assert 0 < counted <= reckoned + 12 and reckoned - counted < 80, printed


def test_the_program_of_an_integrator(works, project):
    program = (EXAMPLES / "integrator.mjs").read_text()
    (project / "integrator.mjs").write_text(program.replace('"parabus/client"', f'"{name_of(project)}/client"'))
    printed = run_node(project, "integrator.mjs", works[0], KEY)
    assert printed[:3] == ["works of Riverside Works", "Waterworks: Tank, 2 parameters", "Switchboard: Meter, 2 parameters"]
    levels = [line for line in printed if re.fullmatch(r"level [12]\.\d\d m at \S+Z", line)]
    assert len(set(levels)) == 3, printed
    assert re.fullmatch(r"limit \d\.\d\d -> 2\.50", printed[6]), printed
    assert re.fullmatch(r"alert: Tank is filling, active since \S+Z", printed[7]), printed
    assert printed[8] == "404 ObjectNotFound"
    assert re.fullmatch(r"\d+ readings in \d+(\.\d+)? s", printed[9]), printed


def blocks(readme: str, language: str) -> str:
    """The examples of a README that need a server: their language is spelled otherwise than that of the others."""
    text = (ROOT / readme / "README.md").read_text()
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


def with_address(example: str, url: str) -> str:
    """The example with the test's server and key in the place of its own."""
    for was, now in [("https://plant.example", url), ("a long password", PASSWORD)]:
        assert example.count(was) == 1, was
        example = example.replace(was, now)
    assert KEY in example
    return example


def test_the_example_of_pythons_readme(works, tmp_path, capsys):
    example = with_address(blocks("bindings-python", "py"), works[0])
    file = tmp_path / "example.py"
    file.write_text(example)
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)]
    mypy = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    assert mypy.returncode == 0, mypy.stdout
    exec(compile(example, "README.md", "exec"), {})
    wanted = re.findall(r"print\(.*\)  # (.*)$", example, re.MULTILINE)
    assert wanted and capsys.readouterr().out.splitlines() == wanted


def test_the_example_of_the_npm_readmes(works, project):
    name = name_of(project)
    readme = {"parabus": "bindings-node", "parabus-wasm": "bindings-wasm"}[name]
    example = with_address(blocks(readme, "mjs"), works[0])
    (project / "example.mjs").write_text(example)
    wanted = re.findall(r"console\.log\(.*\); // (.*)$", example, re.MULTILINE)
    assert wanted and run_node(project, "example.mjs") == wanted


def test_the_client_in_a_page(works):
    url, page = works
    read = json.loads(run_node(EXAMPLES, "page.mjs", str(page), url, KEY)[0])
    assert read.pop("count") >= 4
    assert read == {"orgName": "Riverside Works", "isTyped": True, "code": "ObjectNotFound"}


def test_the_client_of_javascript():
    """Its own tests, which need no server."""
    run = subprocess.run(["node", "--test", str(EXAMPLES / "client.test.mjs")], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout[-6000:]
    passed = int(re.search(r"^# pass (\d+)$", run.stdout, re.MULTILINE)[1])
    assert passed >= 30
