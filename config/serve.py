"""`python -m config.serve …` is granian, with the application loaded once: its workers are forks that share the memory.

Takes granian's own arguments, the application last.
"""

import gc
import multiprocessing
import sys
from importlib import import_module

from django.urls import get_resolver
from granian.cli import entrypoint


def main() -> None:
    if sys.platform == "linux":  # elsewhere a fork of a loaded process is not safe
        multiprocessing.set_start_method("fork")
        import_module(sys.argv[-1].partition(":")[0])
        get_resolver().url_patterns  # noqa: B018 - reading it imports the views
        gc.collect()
        gc.freeze()  # a collection in a worker would copy every page it marks
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
