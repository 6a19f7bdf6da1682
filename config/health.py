"""What machines ask: is the process alive, and can it do its work?"""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from common import clock
from common.models import Heartbeat

SILENCE = timedelta(seconds=60)
_PATIENCE = 0.3  # seconds; nothing on a request's way waits longer for the broker


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """503 without a database; a dead broker or worker only delays messages, so it is a warning."""
    database = _database()
    checks = {"database": database, "broker": _broker(), "worker": _worker() if database == "ok" else "unknown"}
    if database != "ok":
        return JsonResponse({"status": "down", **checks}, status=503)
    return JsonResponse({"status": "ok" if set(checks.values()) == {"ok"} else "degraded", **checks})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _broker() -> str:
    if not settings.REDIS_URL.startswith(("redis", "unix")):
        return "unknown"
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=None
        )
        with client:
            client.ping()
    except redis.RedisError:
        return "down"
    return "ok"


def _worker() -> str:
    heart = Heartbeat.objects.filter(process="worker").first()
    if heart is None:
        return "never seen"
    return "ok" if clock.machine_now() - heart.at < SILENCE else "silent"
