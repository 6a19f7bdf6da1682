"""Who somebody is whose account knows them already, and whom they book for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from booking import relations
from booking.forms import CONSENT, ME, SOMEBODY, DetailsForm
from booking.models import Booking, Patient, SavedPerson
from common.models import User

Initial = dict[str, str | bool]


@dataclass(frozen=True, slots=True)
class Known:
    """An account, its owner as they come to visits, and the others it books for. Nobody is known of a guest."""

    user: User | None = None
    owner: SavedPerson | None = None
    others: Sequence[SavedPerson] = ()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The others, as the form offers them."""
        return [(str(each.pk), _in_a_list(each)) for each in self.others]


def _in_a_list(person: SavedPerson) -> str:
    """Tara (Daughter)"""
    word = relations.name_of(person.relationship)
    return f"{person.name} ({word})" if word else person.name


def known_to(request: HttpRequest) -> Known:
    """One query; none for a guest."""
    user = request.user
    if not isinstance(user, User):
        return Known()
    people = list(SavedPerson.objects.filter(user=user).order_by("name", "pk"))
    owner = next((each for each in people if not each.relationship), None)
    return Known(user, owner, [each for each in people if each.relationship])


def zone_of(known: Known) -> str:
    """The zone that the owner wants to be told times in, whatever a page showed them in; "" if they did not say."""
    return known.owner.zone if known.owner else ""


def patient_for(request: HttpRequest, zone: str) -> Patient | None:
    """The owner of the account, as a patient that is not stored yet; None where something would have to be asked."""
    known = known_to(request)
    owner, user = known.owner, known.user
    if user is None or owner is None or not (owner.name and owner.phone) or owner.consent_version != CONSENT:
        return None
    return Patient(
        user=user,
        name=owner.name,
        email=user.email,
        phone=owner.phone,
        zone=zone_of(known) or zone,
        consented_at=owner.consented_at,
        consent_version=owner.consent_version,
    )


# --- The form of the details ------------------------------------------------------------------------------------------


def initial_details(booking: Booking, known: Known) -> Initial:
    """What was typed before, or what the account knows, so that nothing is asked twice.

    Consent is asked for anew where its words have changed.
    """
    if booking.patient is None:
        return {"whom": ME, **_of_account(known)}
    return {"note": booking.note or "", **_as_typed(booking.patient, known)}


def _of_account(known: Known) -> Initial:
    if known.user is None:
        return {}
    if known.owner is None:
        return {"name": known.user.name, "email": known.user.email}
    consent = known.owner.consent_version == CONSENT
    return {"name": known.owner.name, "phone": known.owner.phone, "email": known.user.email, "consent": consent}


def _as_typed(patient: Patient, known: Known) -> Initial:
    typed: Initial = {
        "whom": ME,
        "name": patient.contact_name,
        "phone": patient.phone,
        "email": patient.email,
        "consent": patient.consent_version == CONSENT,
    }
    if not patient.booked_by:
        return typed
    who = (patient.name, patient.relationship)
    saved = next((str(each.pk) for each in known.others if (each.name, each.relationship) == who), None)
    if saved:
        return {**typed, "whom": saved}
    relation, words = relations.as_typed(patient.relationship)
    return {**typed, "whom": SOMEBODY, "their_name": patient.name, "relation": relation, "relation_words": words}


def given(form: DetailsForm, known: Known) -> dict[str, Any]:
    """What the form of the details says, as the action takes it."""
    typed = form.cleaned_data
    saved = next((each for each in known.others if str(each.pk) == typed["whom"]), None)
    facts = {**{name: typed[name] for name in ("name", "email", "phone", "note")}, "user": known.user}
    if saved:
        return {**facts, "name": saved.name, "booked_by": typed["name"], "relationship": saved.relationship}
    if typed["whom"] == SOMEBODY:
        somebody = {"name": typed["their_name"], "relationship": form.relationship}
        return {**facts, **somebody, "booked_by": typed["name"]}
    return facts
