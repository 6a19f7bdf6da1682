"""Who a practitioner is to the tax office, from now on. Receipts that were issued stay as they are."""

from datetime import datetime
from typing import Any

from django.db import transaction

from common.audit import Actor, record
from payments.models import TaxDetails
from practitioners.actions import rows
from practitioners.models import Practitioner

_FIELDS = ("legal_name", "address", "tax_id", "tax_code", "tax_rate")


@transaction.atomic
def change(practitioner: Practitioner, *, values: dict[str, Any], by: Actor, now: datetime) -> TaxDetails:
    practitioner = rows.locked(practitioner)
    details = TaxDetails.objects.filter(practitioner=practitioner).first() or TaxDetails(practitioner=practitioner)
    before = {name: getattr(details, name) for name in _FIELDS}
    if rows.take(details, values) or details.pk is None:
        details.save()
        record("practitioner.tax_changed", practitioner, by=by, now=now, before=before, after=dict(values))
    return details
