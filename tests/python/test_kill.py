"""A server that is killed loses no reading that anyone has seen."""

import signal
import time

from conftest import eventually, free_port, network, parameter, plant
from test_stubs import LIVE, serve


def test_every_reading_seen_before_a_kill_is_there_after_it(server):
    port = free_port()
    serve(3, LIVE, port)
    unit = {"name": "meter", "modbusUnitId": 1, "updatePeriodSec": 1, "readGroupSize": 9, "parameters": [parameter("p", 5)]}
    assert server.apply(plant([network("bus", port, [unit])])).returncode == 0
    server.start()
    (param,) = server.params().values()
    eventually(lambda: server.readings(param))
    for round in range(6):
        time.sleep(0.9 + 0.35 * round)
        seen = server.readings(param)
        last = server.api(f"/params/last-readings/?paramIds={param}&lang=en")[str(param)]
        server.stop(signal.SIGKILL)
        server.start()
        after = server.readings(param)
        assert set(map(tuple, seen)) <= set(map(tuple, after)), "a reading was lost"
        assert any(point[0] == last["readOn"] for point in after)
        assert server.api(f"/params/last-readings/?paramIds={param}&lang=en")[str(param)]["value"] == "3005"


def test_a_second_server_on_the_same_store_is_refused(server):
    assert server.apply(plant([])).returncode == 0
    server.start()
    text = server.config.read_text()
    other = server.folder / "other.toml"
    other.write_text(text.replace(str(server.port), str(free_port())))
    refused = server.run("serve", "--config", str(other))
    assert refused.returncode == 1 and "in use by another running server" in refused.stderr
