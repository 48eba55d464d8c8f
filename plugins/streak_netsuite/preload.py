"""Imports what the tasks need in the process that forks them, so that each task inherits it.

A task that imports zeep and the rest by itself starts more than half a second later, every time; importing
is most of what a single deal costs. LocalExecutor forks task processes from the scheduler, Celery from its
worker; the other processes of Airflow have no use for it.
"""

import gc
import importlib
from collections.abc import Sequence

_FORKS_TASKS = frozenset({"scheduler", "standalone", "worker"})
_NEEDED = (
    "streak_netsuite.assembly",
    "streak_netsuite.flows.customer_frame",
    "zeep.wsdl.bindings",  # zeep imports them with its first WSDL
    # The gate in front of new customers compares with these; numpy and pandas alone take more than a second.
    "assist.duplicates.explanation",
    "assist.duplicates.index",
    "assist.duplicates.kept",
)
_AN_ADDRESS = "450 Harbor Blvd, Suite 200, Oakland, CA 94607, USA"


def preload(argv: Sequence[str]) -> bool:
    """Import the product when this process forks tasks; return whether it does.

    Args:
        argv: the command line ("airflow", "scheduler", ...).
    """
    if not _FORKS_TASKS.intersection(argv):
        return False
    for name in _NEEDED:
        importlib.import_module(name)
    from streak_netsuite.mapping.address import parse_address

    # Reads the tables of countries and postal codes, which stay in memory.
    parse_address(_AN_ADDRESS)
    # What was imported lives as long as the process. Left to the collector, it is looked through again and
    # again while a large batch makes its records, and each look copies the memory that tasks share.
    gc.collect()
    gc.freeze()
    return True
