"""Settings of the control runs: the product's own, with one thing broken by the sabotage that SABOTAGE names."""

import os

from config.settings import *  # noqa: F403

INSTALLED_APPS += [f"tests.proofs.sabotage.{os.environ['SABOTAGE']}"]  # noqa: F405
