"""What patients may do on their own, what goes back to them then, and how long they wait or are waited for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from common.audit import Actor, record
from common.ids import fingerprint
from practitioners.actions import rows
from practitioners.errors import Overtaken
from practitioners.models import Practitioner, Terms

TERMS = (*Terms.names(), "answer_within", "pay_within")


@transaction.atomic
def change_terms(
    practitioner: Practitioner, *, values: Mapping[str, Any], base: str = "", by: Actor, now: datetime
) -> Practitioner:
    """What holds for visits that are booked from now on. `base` says what was typed over, see `base_of`.

    Raises Overtaken.
    """
    practitioner = rows.locked(practitioner)
    if base and base != base_of(practitioner):
        raise Overtaken
    before = terms_of(practitioner)
    changed = rows.take(practitioner, {name: values[name] for name in TERMS if name in values})
    if changed:
        practitioner.save(update_fields=changed)
        old, new = ({name: facts[name] for name in changed} for facts in (before, terms_of(practitioner)))
        record("practitioner.policy_changed", practitioner, by=by, now=now, before=old, after=new)
    return practitioner


def terms_of(practitioner: Practitioner) -> dict[str, Any]:
    return {name: getattr(practitioner, name) for name in TERMS}


def base_of(practitioner: Practitioner) -> str:
    """Stands in a form for the terms it was filled with, so that it can't undo what another tab has saved since."""
    return fingerprint(terms_of(practitioner))
