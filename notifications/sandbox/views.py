"""Looking inside practice mode: the mailbox, the open checkouts, the clock. Only practice machines have these pages."""

import base64
import io
import json
from datetime import timedelta
from typing import Any, cast

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from common import clock
from common.http import View, see_other
from notifications.sandbox.models import Attachment, Mail
from payments.sandbox.queries import open_links

NEWEST = 200
_LONGEST_STEP = 366 * 24 * 3600


class ClockForm(forms.Form):
    """How far practice time moves, in seconds."""

    advance = forms.FloatField(
        label=_("Move time forward by (seconds)"), min_value=0, max_value=_LONGEST_STEP, initial=3600
    )


@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    now, machine_now = clock.now(), clock.machine_now()
    context = {
        "links": open_links(NEWEST),
        "mail": Mail.objects.order_by("-pk").defer("html")[:5],
        "now": now,
        "machine_now": machine_now,
        "is_moved": now - machine_now > timedelta(minutes=1),
        "form": ClockForm(),
    }
    return render(request, "sandbox/index.html", context)


# --- The clock --------------------------------------------------------------------------------------------------------


@csrf_exempt  # for JSON alone: a browser sends it to another site only after asking, and nobody here says yes
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """JSON {"advance": seconds} answers {"now": …}. A form from the sandbox's own page is sent back to it."""
    if request.content_type == "application/json":
        return _move_by_json(request)
    return _move_by_form(request)


def _move_by_json(request: HttpRequest) -> HttpResponse:
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = None
    form = ClockForm(asked if isinstance(asked, dict) else {})
    if not form.is_valid():
        return _problem(400, "Give advance as a number of seconds, from 0 to a year.")
    try:
        now = clock.advance(form.cleaned_data["advance"])
    except RuntimeError:
        return _problem(409, "This installation has no CLOCK_FILE, so its clock can't be moved.")
    return JsonResponse({"now": now.isoformat()})


@csrf_protect
def _move_by_form(request: HttpRequest) -> HttpResponse:
    form = ClockForm(request.POST)
    try:
        if form.is_valid():
            clock.advance(form.cleaned_data["advance"])
        else:
            messages.error(request, _("The clock moves forward, by a number of seconds up to a year."))
    except RuntimeError:
        messages.error(request, _("This installation has no CLOCK_FILE, so its clock can’t be moved."))
    return see_other("notifications_sandbox:index")


def _problem(status: int, detail: str) -> HttpResponse:
    facts = {"type": "about:blank", "title": "The clock did not move", "status": status, "detail": detail}
    return JsonResponse(facts, status=status, content_type="application/problem+json")


def _shut_in(view: View) -> View:
    """A page that runs nothing, sends nothing and fetches nothing, inside a frame of ours."""
    policy = {
        "default-src": [NONE],
        "script-src": None,
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups"],
    }
    return cast("View", csp_replace(policy)(xframe_options_sameorigin(view)))


# --- The mailbox ------------------------------------------------------------------------------------------------------


@never_cache
@vary_on_headers("Accept")
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mail, newest first: a page, or JSON for who accepts that."""
    mail = Mail.objects.order_by("-pk").prefetch_related("attachments")
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse([_facts(one) for one in mail], safe=False)
    return render(request, "sandbox/mailbox.html", {"mail": mail[:NEWEST]})


@never_cache
@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Mail.objects.prefetch_related("attachments"), pk=pk)
    return render(request, "sandbox/mail.html", {"mail": one})


@never_cache
@_shut_in
@require_GET
def mail_html(_request: HttpRequest, pk: int) -> HttpResponse:
    """The designed reading of a mail."""
    return HttpResponse(get_object_or_404(Mail, pk=pk).html)


@never_cache
@require_GET
def attachment(_request: HttpRequest, mail_id: int, pk: int) -> FileResponse:
    """Always a download, never a page."""
    one = get_object_or_404(Attachment, pk=pk, mail=mail_id)
    name = one.name or f"attachment-{pk}"
    content = io.BytesIO(one.content)
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")


def _facts(mail: Mail) -> dict[str, Any]:
    return {
        "to": mail.to,
        "from": mail.sender,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "attachments": [_attachment_facts(one) for one in mail.attachments.all()],
        "message_id": mail.message_id,
        "received_at": mail.received_at.isoformat(),
    }


def _attachment_facts(one: Attachment) -> dict[str, str]:
    """Text as it reads; anything else in base 64."""
    content = bytes(one.content)
    facts = {"name": one.name, "type": one.content_type}
    if one.content_type.startswith("text/"):
        return facts | {"encoding": "utf-8", "content": content.decode(errors="replace")}
    return facts | {"encoding": "base64", "content": base64.b64encode(content).decode()}
