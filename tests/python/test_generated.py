"""Requests made from the description of the API, right and wrong ones: none is answered by 5xx, none by a
status or a body that the description does not have. A long run is `PARABUS_EXAMPLES=300 pytest …`."""

import json
import os
import pathlib
import subprocess
import sys

from conftest import free_port, network, parameter, plant
from test_stubs import LIVE, serve

HERE = pathlib.Path(__file__).parent
DESCRIPTION = HERE.parents[1] / "server/openapi.json"

#: Requests for each endpoint and phase.
EXAMPLES = os.environ.get("PARABUS_EXAMPLES", "4")

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def test_no_generated_request_meets_what_is_not_described(server):
    port = free_port()
    serve(3, LIVE, port)
    parameters = [parameter("p", 5, isProgrammable=True), parameter("q", 6, isDisplayedOnDashboard=True), parameter("r", 7)]
    unit = {"name": "meter", "modbusUnitId": 1, "updatePeriodSec": 1, "parameters": parameters}
    content = plant([network("bus", port, [unit])])
    content["organizations"][0]["visualizations"] = [{"name": f"v{n}", "source": "<p></p>"} for n in range(3)]
    applied = server.apply(content)
    assert applied.returncode == 0, applied.stderr
    text = server.config.read_text().replace("allow_loopback = true\n", "")
    # Generated addresses are not to be reached, whatever machine this is.
    text += 'allow_loopback = true\nrefused_ranges = ["0.0.0.0/5", "8.0.0.0/5", "16.0.0.0/4", "32.0.0.0/3", "64.0.0.0/3", "96.0.0.0/4", "112.0.0.0/5", "120.0.0.0/6", "124.0.0.0/7", "126.0.0.0/8", "128.0.0.0/1", "::/1", "8000::/1"]\n'
    server.config.write_text(text + "[api]\nquota_burst = 1000000\nquota_per_second = 100000\n")
    server.start()
    server.api("/version/")
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", str(DESCRIPTION), "--url", f"http://127.0.0.1:{server.port}/api/v1",
        "--header", f"Authorization: token {server.token}", "--header", "Content-Type: application/json",
        "--checks", ",".join(CHECKS), "--max-examples", EXAMPLES, "--seed", "1", "--request-timeout", "30",
        "--continue-on-failure", "--exclude-path", "/logout/", "--exclude-path", "/authenticate/", "--warnings", "off",
    ]  # fmt: skip
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "PYTHONHASHSEED": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=server.folder)
    print(run.stdout[-6000:])
    assert run.returncode == 0, run.stdout[-20000:] + run.stderr
    assert "panicked" not in server.log()
