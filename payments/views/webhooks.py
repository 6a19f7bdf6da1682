"""Where providers report: verify the raw bytes, store, answer. The work is done later, from the inbox."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common import clock
from common.nudge import nudge
from payments import actions
from payments.models import PLATFORM, ProviderName
from payments.providers import provider_for
from payments.providers.base import BadSignature

logger = logging.getLogger(__name__)


@csrf_exempt  # signed by the provider
@require_POST
def razorpay(request: HttpRequest) -> HttpResponse:
    body = request.body
    try:
        event = provider_for(ProviderName.RAZORPAY).read_webhook(body, request.headers)
    except BadSignature:
        logger.warning("webhook refused", extra={"provider": ProviderName.RAZORPAY.value})
        return JsonResponse({"error": "bad signature"}, status=400)
    stored = actions.store_event(ProviderName.RAZORPAY, PLATFORM, event, body, now=clock.now())
    if stored.done_at is None:
        nudge("payments.tasks.process_event", stored.pk)
    return JsonResponse({"stored": True})
