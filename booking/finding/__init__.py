"""Finding a practitioner: who matches, when they are free next, and what machines read of them."""
