"""A provider that says what a test has told it to, in place of the adapter."""

from payments.providers.base import Checkout, OpenRequest, Snapshot


class Bank:
    """`says` are its answers by reference; `failure` is raised by every call while it is set."""

    def __init__(self) -> None:
        self.says: dict[str, Snapshot] = {}
        self.opened: list[OpenRequest] = []
        self.asked: list[str] = []
        self.closed: list[str] = []
        self.failure: type[Exception] | None = None

    def open(self, request: OpenRequest) -> Checkout:
        self.opened.append(request)
        self._fail()
        return Checkout(reference=f"plink_{request.key}", url=f"https://rzp.io/{request.key}")

    def look_up(self, reference: str, *, timeout: float | None = None) -> Snapshot:
        self.asked.append(reference)
        self._fail()
        return self.says[reference]

    def close(self, reference: str) -> None:
        self._fail()
        self.closed.append(reference)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
