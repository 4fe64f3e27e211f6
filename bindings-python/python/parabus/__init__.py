from typing import Any

from ._core import *
from ._core import __all__, __doc__, __version__


def __getattr__(name: str) -> Any:
    """The client of the API, which alone needs other packages, is loaded where it is asked for."""
    if name in ("ApiError", "Client"):
        from . import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
