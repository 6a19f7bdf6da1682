"""What granian serves."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_product = get_wsgi_application()
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?(?!utf-?8\b)", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The product, for requests in UTF-8: Django would decode the whole request by whatever codec a header names."""
    if _CHARSET.search(environ.get("CONTENT_TYPE", "")):
        start_response(
            "400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        )
        return [b"Requests are read as UTF-8 only.\n"]
    if settings.BEHIND_PROXY and (hops := environ.get("HTTP_X_FORWARDED_FOR", "")):
        # The last entry is our own proxy's word; those before it are anybody's.
        environ["REMOTE_ADDR"] = hops.rpartition(",")[2].strip()
    return _product(environ, start_response)
