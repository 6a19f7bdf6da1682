"""News of accounts. Receivers write rows: the mail that is owed, and what a session knows."""

from django.dispatch import Signal

code_wanted = Signal()  # code, to; now; void_at: from then on it opens nothing
account_changed = Signal()  # what, to; now
arrived = Signal()  # request, user: somebody has signed in
