"""News of desks, sent inside the transaction that makes it true. Receivers only write rows."""

from django.dispatch import Signal

practitioner_invited = Signal()  # practitioner: a page that waits for its person; now
desk_opened = Signal()  # access: somebody may work at a desk from now on; now
