"""What granian serves."""

import json
import logging
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from common import problems

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_product = get_wsgi_application()
# Also RFC 2231's way to write a parameter, which Django reads, too: charset*=utf-8''hex
_CHARSET = re.compile(r";\s*charset(?:\s*\*|\s*=\s*\"?(?!utf-?8\b))", re.IGNORECASE)
_REFUSAL = problems.document(400, "unreadable", "Requests are read as UTF-8 only.")
logger = logging.getLogger("samay.request")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The product, for requests in UTF-8: Django would decode the whole request by whatever codec a header names."""
    if _CHARSET.search(environ.get("CONTENT_TYPE", "")):
        return _refuse(start_response)
    if settings.BEHIND_PROXY and (hops := environ.get("HTTP_X_FORWARDED_FOR", "")):
        # The last entry is our own proxy's word; those before it are anybody's.
        environ["REMOTE_ADDR"] = hops.rpartition(",")[2].strip()
    try:
        return _product(environ, start_response)
    except Exception:
        # Django could not even make a request of it. The web server would write the visitor's own words to its log.
        logger.exception("request could not be read")
        return _refuse(start_response)


def _refuse(start_response: Callable[..., Any]) -> Iterable[bytes]:
    headers = [("Content-Type", problems.CONTENT_TYPE), ("Cache-Control", "no-store")]
    start_response("400 Bad Request", headers)
    return [json.dumps(_REFUSAL).encode()]
