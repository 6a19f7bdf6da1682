"""Refusals as RFC 9457 problem documents, for whoever reads answers by machine."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

CONTENT_TYPE = "application/problem+json"


def document(status: int, kind: str, detail: str) -> dict[str, Any]:
    """`kind` is a stable word, `detail` a sentence for a person."""
    return {"type": f"/problems/{kind}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def answer(body: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response
