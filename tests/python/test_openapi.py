"""The description of the API is valid OpenAPI 3.1, and what a running server serves."""

import json
import pathlib
import urllib.request

from conftest import plant
from openapi_spec_validator import validate

LOCKED = pathlib.Path(__file__).parents[2] / "server/openapi.json"


def test_the_served_description_is_the_locked_one_and_valid(server):
    assert server.apply(plant([])).returncode == 0
    server.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/openapi.json", timeout=5) as reply:
        served = json.load(reply)
    assert served == json.loads(LOCKED.read_text())
    validate(served)
    assert served["openapi"].startswith("3.1")
