"""The person who signs in, the audit trail, and the pulse of the background processes."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.crypto import salted_hmac

from common import clock
from common.append_only import AppendOnly


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who can sign in, known by an e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"user {self.pk}"

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session ends when the password changes, as Django has it, and when the address does."""
        salt = "common.models.User.session"
        return salted_hmac(salt, f"{self.email} {self.password}", secret=secret, algorithm="sha256").hexdigest()


class AuditEntry(AppendOnly):
    """Who did what to which row, when, from where, and why. Ids and states; of what a person typed, only `reason`."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=16)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    origin = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=48)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id", "at"], name="audit_subject")]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"audit entry {self.pk}"


class Heartbeat(models.Model):
    """When a background process last showed that it works (machine time)."""

    process = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.process


class Tries(models.Model):
    """The last tries of one kind by one somebody, for common.limits; the key is a keyed hash."""

    key = models.CharField(max_length=64, primary_key=True)
    moments = ArrayField(models.BigIntegerField(), default=list)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "tries"

    def __str__(self) -> str:
        return self.key[:8]
