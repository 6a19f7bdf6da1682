"""Whom visits are for, and whom they are booked by."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from common.models import User
from practitioners.models import known_zone


class Patient(models.Model):
    """Someone a booking is for. Guests get a row for each booking; nobody is recognised by an unproven address."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="patients")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True, help_text=_("of whoever booked; nobody who came by has to have one"))
    phone = models.CharField(max_length=20, blank=True, help_text=_("with country code, +919812300456"))
    zone = models.CharField(max_length=64, validators=[known_zone])
    booked_by = models.CharField(
        max_length=120, blank=True, db_default="", help_text=_("who booked for them, if they did not do so themself")
    )
    relationship = models.CharField(
        max_length=40, blank=True, db_default="", help_text=_("who they are to whoever booked")
    )
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes = [models.Index(Lower("email"), name="patient_by_address")]

    def __str__(self) -> str:
        return f"patient {self.pk}"

    @property
    def contact_name(self) -> str:
        """Whom to write to and to call."""
        return self.booked_by or self.name


class SavedPerson(models.Model):
    """Somebody that an account books for: its owner, who has no relationship, or one of theirs."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_people")
    name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text=_("of the owner, with country code"))
    zone = models.CharField(max_length=64, blank=True, validators=[known_zone])
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name_plural = "saved people"
        ordering = ["relationship", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(relationship=""), name="one_owner_of_an_account"
            ),
        ]

    def __str__(self) -> str:
        return f"saved person {self.pk}"
