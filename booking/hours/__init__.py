"""Changing when someone works: what a change is, what it does to the times on offer, and whom it strands."""
