"""Calls to Razorpay by its own SDK, with the SDK's surprises kept in here.

The SDK has no time-outs, prints connection errors to stdout, forgets the HTTP status, and its exceptions share no base.
So it is given a session that judges every answer first: the SDK only ever sees a JSON object of a success.
"""

import ipaddress
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import razorpay
import requests
import urllib3

from payments.providers.base import ProviderError, ProviderRefused, ProviderUnavailable

Json = dict[str, Any]

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
# 409 says that the same request is still running.
_ASK_LATER = {408, 409, 425}
_WORD = re.compile(r"[a-z0-9_.]{1,64}")


class Throttled(ProviderUnavailable):
    """429: nothing was done, and another question would only make it worse."""


class Calls:
    """The calls of one operation, closed after it. `seconds` bounds them all together."""

    def __init__(self, *, base: str, key_id: str, key_secret: str, seconds: float | None = None) -> None:
        self._session = _Session()
        self._session.trust_env = not _is_loopback(base)  # a proxy can't reach this machine's own loopback
        self._client = razorpay.Client(session=self._session, auth=(key_id, key_secret), base_url=base)
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()

    def create_link(self, fields: Json) -> Json:
        return self._ask(self._client.payment_link.create, fields)

    def links_named(self, reference_id: str) -> Json:
        return self._ask(self._client.payment_link.all, {"reference_id": reference_id})

    def link(self, link_id: str) -> Json:
        return self._ask(self._client.payment_link.fetch, link_id)

    def cancel_link(self, link_id: str) -> Json:
        return self._ask(self._client.payment_link.cancel, link_id)

    def payments_of_order(self, order_id: str) -> Json:
        return self._ask(self._client.order.payments, order_id)

    def payment(self, payment_id: str) -> Json:
        return self._ask(self._client.payment.fetch, payment_id)

    def _ask(self, call: Callable[..., Any], *args: Any) -> Json:
        answer = call(*args, timeout=self._timeout())
        if not isinstance(answer, dict):
            raise ProviderUnavailable("Razorpay answered without an object")
        return answer

    def _timeout(self) -> urllib3.Timeout:
        if self._deadline is None:
            return urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise ProviderUnavailable("no time left to ask Razorpay")
        return urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=min(READ_SECONDS, left), total=left)


class _Session(requests.Session):
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        try:
            answer = super().request(*args, **kwargs)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # Without its cause: that holds the request, and the request holds our key.
            raise ProviderUnavailable(f"Razorpay did not answer ({type(error).__name__})") from None
        if fault := _fault_of(answer):
            raise fault
        return answer


def _fault_of(answer: requests.Response) -> ProviderError | None:
    status = answer.status_code
    if status == requests.codes.too_many_requests:
        return Throttled("Razorpay asks us to slow down")
    body = _json_object(answer)
    if body is None:
        return ProviderUnavailable(f"Razorpay answered {status} without a JSON object")
    if status in range(200, 300):
        return None
    error = body.get("error")
    error = error if isinstance(error, dict) else {}
    if status not in range(400, 500) or status in _ASK_LATER or error.get("code") in {"SERVER_ERROR", "GATEWAY_ERROR"}:
        return ProviderUnavailable(f"Razorpay answered {status}")
    # Its description may quote what we sent; these two are words from a fixed list.
    words = [_word(error.get(name)) for name in ("reason", "field")]
    return ProviderRefused(" ".join([f"Razorpay answered {status}", *filter(None, words)]))


def _json_object(answer: requests.Response) -> Json | None:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _is_loopback(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
