"""Text that is encrypted at rest with the keys of `FIELD_KEYS`: the first encrypts, all decrypt."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    return _cipher(tuple(settings.FIELD_KEYS))


if TYPE_CHECKING:
    _Text = models.BinaryField[str | None, str | None]
else:
    _Text = models.BinaryField


class EncryptedTextField(_Text):
    """A string to Python, ciphertext to the database; it can't be searched."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else cipher().encrypt(str(value).encode())

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        return None if value is None else cipher().decrypt(bytes(value)).decode()

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))
