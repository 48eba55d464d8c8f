"""What Airflow's configuration says for all tasks: their pool, their mapping, and where duplicates are looked for."""

from collections.abc import Sequence
from pathlib import Path

from airflow.sdk.configuration import conf

from streak_netsuite.sync.duplicate_case import Among, tables_of

DEFAULT_POOL = "default_pool"
DEFAULT_MAPPING = "deal_to_order"


def netsuite_pool() -> str:
    """Return the pool's name: `pool` in the section `streak_netsuite` of Airflow's configuration.

    The ledger keeps all workers together within the account's concurrency; the pool keeps tasks that would only
    wait for it from taking worker slots. It has to exist in Airflow, so the default is the one that always does.
    """
    return str(conf.get("streak_netsuite", "pool", fallback=DEFAULT_POOL))


def default_mapping() -> str:
    """Return the mapping of tasks that name none: `mapping` in the section `streak_netsuite`, or the shipped one."""
    return str(conf.get("streak_netsuite", "mapping", fallback=DEFAULT_MAPPING)) or DEFAULT_MAPPING


def record_types_folder() -> Path | None:
    """Return the folder of people's own record types: `record_types` in the section `streak_netsuite`; None for none."""
    named = str(conf.get("streak_netsuite", "record_types", fallback=""))
    return Path(named) if named else None


def duplicates_among() -> Sequence[Among]:
    """Return the tables that are searched for duplicates on schedule: `duplicates_among` in the section `streak_netsuite`.

    Raises:
        ConfigurationError: it names another table.
    """
    return tables_of(str(conf.get("streak_netsuite", "duplicates_among", fallback=", ".join(Among))))
