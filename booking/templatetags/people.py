"""Whom a visit is for and who booked it, in words; and the offer to keep somebody's details."""

from typing import Any

from django import template
from django.template.context import RequestContext

from booking import relations
from booking.lifecycle import Status
from booking.models import Booking, Patient, SavedPerson
from common.models import User

register = template.Library()


@register.filter
def whose(patient: Patient) -> str:
    """daughter of Meera Iyer; "" for whoever booked for themself"""
    return relations.told_of(patient.relationship, patient.booked_by) if patient.booked_by else ""


@register.filter
def relation(person: SavedPerson) -> str:
    """Daughter"""
    return relations.name_of(person.relationship)


@register.inclusion_tag("me/_keep_details.html", takes_context=True)
def keep_details(context: RequestContext, booking: Booking) -> dict[str, Any]:
    """Offered once a visit is firm, to whoever booked it and has kept nothing yet. One query for its own patient."""
    user, patient = context["request"].user, booking.patient
    if patient is None or not patient.email or booking.status != Status.CONFIRMED:
        return {}
    if not isinstance(user, User):
        return {"as_guest": patient.user_id is None}
    is_theirs = patient.user_id == user.pk
    return {"as_owner": is_theirs and not SavedPerson.objects.filter(user=user, relationship="").exists()}
