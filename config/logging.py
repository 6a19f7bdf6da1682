"""JSON lines of constant words and ids. What a person typed never reaches a log.

An exception is written as its type and the places it passed, without its message: messages of databases and
libraries quote the values they stumbled over.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


_WORDY = (
    "django",
    "django.request",
    "django.security",
    "django.server",
    "celery",
    "kombu",
    "amqp",
    "urllib3",
    "razorpay",
    "mail",
    "py.warnings",
)


class IdsOnly(JsonFormatter):
    """A formatter that names an exception's type and frames only."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        kind, error, trace = ei
        if kind is None or error is None:
            return ""
        frames = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(traceback.extract_tb(trace)))
        cause = error.__cause__ or error.__context__
        return f"{kind.__name__} at {frames}" + (f" from {type(cause).__name__}" if cause else "")


class WithoutValues(logging.Filter):
    """Library records that quote paths, addresses or arguments keep their logger and level and lose their words."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = record.name, ()
        for attribute in ("request", "data", "status_code_text"):
            record.__dict__.pop(attribute, None)
        return True


def logging_config(*, level: str) -> dict[str, Any]:
    quiet = {"handlers": ["wordless"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_values": {"()": WithoutValues}},
        "formatters": {
            "json": {
                "()": IdsOnly,
                "format": "%(levelname)s %(name)s %(message)s",
                "rename_fields": {"levelname": "level", "name": "logger"},
                "timestamp": "at",
            }
        },
        "handlers": {
            "json": {"class": "logging.StreamHandler", "formatter": "json"},
            "wordless": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["without_values"]},
        },
        "root": {"handlers": ["json"], "level": level},
        "loggers": dict.fromkeys(_WORDY, quiet),
    }
