"""The HTTP API of a server, with types and arrays.

    import parabus

    with parabus.Client("https://plant.example", api_key, password) as client:
        print(client.user_orgs())
        times, values = client.readings(542, "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z")

There is a method for each endpoint, named after its path without the parameters: `POST /param/{paramId}/write/` is
`param_write(param_id, body)`. Bodies and replies are those of the API, in its spelling; `parabus.client.types` has
their types. Needs `pip install parabus[client]`.
"""

from ._client import ApiError, Client, ExactReadings, Readings

__all__ = ["ApiError", "Client", "ExactReadings", "Readings"]
