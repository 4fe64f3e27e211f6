"""What is around the endpoints: log-in, repetition, pages and arrays."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, overload
from urllib.parse import quote, urlencode, urlsplit

from parabus import ParabusError

try:
    import urllib3
    from urllib3.exceptions import HTTPError, ReadTimeoutError
except ImportError as _error:
    raise ImportError("the client needs urllib3: pip install parabus[client]") from _error

from ._calls import OPEN, Calls
from .types import JournalRecord, JournalReply, Language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: Milliseconds since 1970 UTC, ISO 8601 text with a zone, an aware datetime.
    _Moment: TypeAlias = int | str | datetime | np.datetime64

__all__ = ["ApiError", "Client", "ExactReadings", "Readings"]

#: A token is renewed when so much of its life is over.
_FRESH = 0.95

#: The life of a token, in seconds, where a reply has no date to reckon it from.
_LIFE_S = 3600.0

#: The first pause before a request is repeated, and the longest, in seconds.
_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 30.0

#: A server that is there takes a connection within this time, in seconds.
_CONNECT_S = 10.0

#: Most points of one reply, and most records of a page of a log.
_POINTS, _RECORDS = 1000, 100

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class ApiError(ParabusError):
    """The server refused a request, or did not answer.

    Attributes:
        status (int | None): HTTP status; None without an answer.
        code (str): the API's `errorCode`; `NoReply` without an answer, `NotTheApi` if another program answered,
            `Closed` after `Client.close`.
        message (str): the API's `errorMessage`.
        method (str): `GET` or `POST`.
        path (str): below `/api/v1`, without the query.
        kind (str): the same as `code`.
        offset (None): nothing.
    """

    def __init__(self, status: int | None, code: str, message: str, method: str, path: str) -> None:
        answer = code if status is None else f"{status} {code}"
        super().__init__(f"{method} {path}: {answer}: {message}")
        self.status, self.code, self.message, self.method, self.path = status, code, message, method, path
        self.kind, self.offset = code, None

    def __reduce__(self) -> tuple[Any, ...]:
        return ApiError, (self.status, self.code, self.message, self.method, self.path)


class Readings(NamedTuple):
    """Readings of a parameter, oldest first."""

    #: Milliseconds since 1970 UTC.
    times: NDArray[np.int64]
    #: NaN where reading failed.
    values: NDArray[np.float64]


class ExactReadings(NamedTuple):
    """Readings of a parameter, oldest first, with integers of any length."""

    #: Milliseconds since 1970 UTC.
    times: NDArray[np.int64]
    #: None where reading failed.
    values: list[int | float | None]


class _Secret(str):
    """A text that is sent and never shown."""

    def __repr__(self) -> str:
        return "'…'"


class _Session:
    """A token that is there or on its way; whoever needs it waits for the one log-in."""

    def __init__(self) -> None:
        self.token: Future[_Secret] = Future()
        self.fresh_until = float("inf")


class Client(Calls):
    """The API of one server, as the owner of an API key.

    Threads may share it. The token is fetched by the first call that needs one, renewed before it ends, and once
    more if the server has ended it.

    What can be sent again without harm is repeated with growing pauses: a GET or a log-in that found no server or a
    busy one (502, 503, 504), and any request that the server says it has refused for now (403 `TooManyRequests`; 429
    and 503 with `Retry-After`). A write that may have been carried out is never repeated.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        password: str,
        *,
        retries: int = 5,
        timeout_ms: int = 90_000,
        ca_certificates: str | None = None,
    ) -> None:
        """Connects to nothing yet.

        Args:
            url: address of the server, such as `https://plant.example`.
            api_key: a UUID, as `parabus key create` shows it.
            password: of the key.
            retries: how often a request is repeated.
            timeout_ms: how long an answer may take; a request that took longer is not repeated.
            ca_certificates: file of certificates to trust, for a server that signed its own.

        Raises:
            ValueError: an address that is none.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("`url` is no address of a server, expected one such as `https://plant.example`")
        if "@" in parts.netloc:
            raise ValueError("`url` has a user in it, expected none: the API key says who calls")
        self._url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._api_key, self._password = str(api_key), _Secret(password)
        self._retries = retries
        timeout = urllib3.Timeout(connect=min(_CONNECT_S, timeout_ms / 1000.0), read=timeout_ms / 1000.0)
        self._pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=timeout, ca_certs=ca_certificates)
        self._session: _Session | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def __repr__(self) -> str:
        return f"Client({self._url!r}, {self._api_key!r}, …)"

    @overload
    def readings(
        self, param_id: int, start: _Moment | None = None, end: _Moment | None = None, *, exact: Literal[False] = False
    ) -> Readings: ...
    @overload
    def readings(
        self, param_id: int, start: _Moment | None = None, end: _Moment | None = None, *, exact: Literal[True]
    ) -> ExactReadings: ...
    def readings(
        self, param_id: int, start: _Moment | None = None, end: _Moment | None = None, *, exact: bool = False
    ) -> Readings | ExactReadings:
        """All stored readings of a parameter with `start` ≤ time < `end`, in as many requests as they need.

        Args:
            param_id: the parameter.
            start: the first reading of all without it.
            end: now without it.
            exact: a list of numbers as the API sends them in place of an array, for counters beyond 2^53.

        Returns:
            Times and values, oldest first, as `parabus.segments` and its like take them. Needs NumPy.

        Raises:
            ApiError: refused, or no answer.
            ValueError: a time that is none.
        """
        try:
            import numpy as np
        except ImportError as error:
            raise ImportError("readings are NumPy arrays: pip install parabus[client]") from error

        pages = list(self._points(param_id, _millis(start), _millis(end)))
        points = [point for page in reversed(pages) for point in reversed(page)]
        times = np.array([at for at, _ in points], dtype=np.int64)
        if exact:
            return ExactReadings(times, [value for _, value in points])
        return Readings(times, np.array([value for _, value in points], dtype=np.float64))  # None becomes NaN.

    def _points(
        self, param_id: int, start: int | None, end: int | None
    ) -> Iterator[list[tuple[int, int | float | None]]]:
        """Pages of times and values, newest first."""
        if start is not None and end is not None and start >= end:
            return
        # Without `from` the API gives the last points alone, and the next page those before them.
        since = None if start is None else _iso(start)
        till = None if end is None else end - 1
        while True:
            reply: list[list[Any]] = self.readings_get(
                param_id=param_id, from_=since, till=None if till is None else _iso(till), points_limit=_POINTS
            )
            points = [(_from_iso(at), value) for at, value in reply]
            if len(points) < _POINTS:
                yield points
                return
            # Others may have been read at the oldest instant: all of them come with the next page.
            oldest = points[-1][0]
            newer = [point for point in points if point[0] > oldest]
            till = oldest if newer else oldest - 1
            yield newer or points
            if start is not None and till < start:
                return

    def alert_log_records(self, alert_id: int, *, lang: Language | None = None) -> Iterator[JournalRecord]:
        """All records of an alert's log, newest first; arguments as of `alert_log`."""
        return _records(
            lambda page: self.alert_log(alert_id, page=page, items_on_page=_RECORDS, lang=lang)
        )

    def org_alerts_log_records(
        self, org_id: int, *, net_id: int | None = None, lang: Language | None = None
    ) -> Iterator[JournalRecord]:
        """All records of the logs of an organization's alerts, newest first; arguments as of `org_alerts_log`."""
        return _records(
            lambda page: self.org_alerts_log(org_id, page=page, items_on_page=_RECORDS, net_id=net_id, lang=lang)
        )

    def close(self) -> None:
        """Logs out, if there was a log-in, and closes the connections. A later call raises `ApiError`."""
        with self._lock:
            self._is_closed = True
            session, self._session = self._session, None
        if session is not None and session.token.done() and session.token.exception() is None:
            try:
                self._exchange("POST", "/logout/", "", b"null", session.token.result())
            except ApiError:
                pass  # It ends by itself within the hour.
        self._pool.clear()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(
        self,
        method: str,
        path: str,
        parts: Mapping[str, object] = {},
        *,
        query: Mapping[str, object] = {},
        body: object = None,
    ) -> Any:
        """One call of an endpoint, by its path as the description of the API writes it."""
        filled = path.format_map({name: quote(str(part), safe="") for name, part in parts.items()})
        asked = urlencode({name: _in_query(value) for name, value in query.items() if value is not None})
        data = None if method == "GET" else json.dumps(body).encode()
        if path in OPEN:
            return self._exchange(method, filled, asked, data, None)[0]
        session = self._open_session()
        try:
            return self._exchange(method, filled, asked, data, session.token.result())[0]
        except ApiError as error:
            # `NotAuthorized` is 401 as well, and a new token would change nothing.
            if error.code != "IncorrectAuthToken":
                raise
        self._end(session)
        return self._exchange(method, filled, asked, data, self._open_session().token.result())[0]

    def _open_session(self) -> _Session:
        """The session, a new one if there is none or its token is about to end."""
        with self._lock:
            session = self._session
            if session is not None and time.monotonic() < session.fresh_until:
                return session
            session = self._session = _Session()
        try:
            token, life_s = self._log_in()
        except BaseException as error:
            self._end(session)
            if not isinstance(error, Exception):
                # Whoever waits for the token has not interrupted anything.
                reason = "the log-in was interrupted"
                session.token.set_exception(ApiError(None, "NoReply", reason, "POST", "/authenticate/"))
                raise
            session.token.set_exception(error)
        else:
            session.fresh_until = time.monotonic() + _FRESH * life_s
            session.token.set_result(token)
        return session

    def _end(self, session: _Session) -> None:
        with self._lock:
            if self._session is session:
                self._session = None

    def _log_in(self) -> tuple[_Secret, float]:
        """A token, and the seconds of its life by the server's clock: this machine's may be wrong, so where the reply
        has no date it is as long as the API says (seed, Authentication).
        """
        body = json.dumps({"apiKey": self._api_key, "password": self._password}).encode()
        reply, headers = self._exchange("POST", "/authenticate/", "", body, None)
        try:
            sent = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError):
            return _Secret(reply["token"]), _LIFE_S
        life = datetime.fromisoformat(reply["expiresOn"].replace("Z", "+00:00")) - sent
        return _Secret(reply["token"]), life.total_seconds()

    def _exchange(
        self, method: str, path: str, query: str, body: bytes | None, token: _Secret | None
    ) -> tuple[Any, Mapping[str, str]]:
        """Sends a request until there is an answer that counts; its content and headers."""
        # The API wants the type of GET, too.
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"token {token}"
        url = f"{self._url}/api/v1{path}" + (f"?{query}" if query else "")
        # A second log-in only makes another token.
        is_safe = method == "GET" or path == "/authenticate/"
        repeated = 0
        while True:
            # `close` itself logs out.
            if self._is_closed and path != "/logout/":
                reason = "the client was closed, make a new `Client` for further calls"
                raise ApiError(None, "Closed", reason, method, path)
            asked_for: str | None = None
            try:
                reply = self._pool.request(method, url, body=body, headers=headers, redirect=False)
            except HTTPError as cause:
                error = ApiError(None, "NoReply", _reason(cause), method, path)
                error.__cause__ = cause
                may_repeat = is_safe and not isinstance(cause, ReadTimeoutError)
            else:
                if reply.status == 200 and (content := _content(reply.data)) is not _NO_JSON:
                    return content, reply.headers
                error = _refusal(reply, method, path)
                asked_for = reply.headers.get("Retry-After")
                may_repeat = _may_repeat(is_safe, error, asked_for is not None)
            pause_s = _pause_s(repeated, asked_for)
            if not may_repeat or repeated >= self._retries or pause_s > 2 * _LONGEST_PAUSE_S:
                raise error
            time.sleep(pause_s)
            repeated += 1


_NO_JSON = object()


def _content(data: bytes) -> Any:
    """What the JSON says, or `_NO_JSON`."""
    try:
        return json.loads(data)
    except ValueError:
        return _NO_JSON


def _refusal(reply: urllib3.BaseHTTPResponse, method: str, path: str) -> ApiError:
    """The error that a reply is."""
    content = _content(reply.data)
    if isinstance(content, dict) and isinstance(content.get("errorCode"), str):
        return ApiError(reply.status, content["errorCode"], str(content.get("errorMessage", "")), method, path)
    to = reply.headers.get("Location")
    text = f"the server says that it is at `{to}`" if to else "the answer is none of the API's; look at the address"
    return ApiError(reply.status, "NotTheApi", text, method, path)


def _may_repeat(is_safe: bool, error: ApiError, is_invited: bool) -> bool:
    """Whether the request was not carried out, or may be twice."""
    if error.code == "TooManyRequests" or (error.status in (429, 503) and is_invited):
        return True
    return is_safe and error.status in (429, 502, 503, 504)


def _pause_s(repeated: int, asked_for: str | None) -> float:
    """Seconds before the next attempt: as the server asks, else twice as long as before, and never the same for
    all clients."""
    if asked_for is not None:
        try:
            return max(float(asked_for), 0.0)
        except ValueError:
            pass
        try:
            return max((parsedate_to_datetime(asked_for) - datetime.now(timezone.utc)).total_seconds(), 0.0)
        except (TypeError, ValueError):
            pass
    return min(_PAUSE_S * 2.0**repeated, _LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)


def _reason(error: HTTPError) -> str:
    """What a person can do something about, without the addresses of objects that urllib3 shows."""
    text = re.sub(r"^\w+\(.*?\): ", "", str(error))
    return f"no answer in time: {text}" if isinstance(error, ReadTimeoutError) else f"no answer: {text}"


def _records(page_of: Callable[[int], JournalReply]) -> Iterator[JournalRecord]:
    """Records of all pages. Those that come meanwhile push the others down, and are not told."""
    first_total: int | None = None
    told, number = 0, 1
    while True:
        reply = page_of(number)
        total = reply["totalRecords"]
        first_total = total if first_total is None else first_total
        # Place of the page's first record among those that were there at first.
        place = (number - 1) * _RECORDS - max(total - first_total, 0)
        fresh = reply["records"][max(told - place, 0) :]
        yield from fresh
        told += len(fresh)
        if len(reply["records"]) < _RECORDS:
            return
        number += 1


def _in_query(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(str(each) for each in value)
    return str(value)


def _millis(moment: _Moment | None) -> int | None:
    """Whole milliseconds since 1970 UTC."""
    if moment is None or isinstance(moment, int):
        return moment
    if isinstance(moment, str):
        return _from_iso(moment)
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError(f"`{moment}` has no time zone, expected an aware datetime")
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    return int(moment.astype("datetime64[ms]").astype("int64"))


def _from_iso(text: str) -> int:
    """Milliseconds of ISO 8601 text."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"`{text}` has no time zone, expected such as `2026-01-31T10:00:00Z`")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _iso(millis: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=millis)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
