"""The embedded stack of practice mode and of the tests: real engines from wheels, and what keeps them running."""
