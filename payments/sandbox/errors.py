"""A refusal in Razorpay's own words."""

from typing import Any


class Refusal(Exception):
    """Becomes an error answer. Razorpay says 400 even for what does not exist."""

    def __init__(self, description: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body: dict[str, Any] = {
            "error": {
                "code": "BAD_REQUEST_ERROR" if status < 500 else "SERVER_ERROR",  # noqa: PLR2004
                "description": description,
                "source": "business",
                "step": "payment_initiation",
                "reason": "input_validation_failed",
                "metadata": {},
                "field": field,
            }
        }


def unknown_id() -> Refusal:
    return Refusal("The id provided does not exist")
