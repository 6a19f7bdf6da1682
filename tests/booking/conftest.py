"""What the tests of bookings share."""

import pytest

from practitioners.models import Service
from tests.factories import make_service


@pytest.fixture
def service(db: None) -> Service:
    """An hour with someone who works from nine to five in India, with a break at noon."""
    return make_service()
