"""Puts the product together: settings in, flows ready to run out. Below Airflow, so that the CLI can use it."""

from streak_netsuite.assembly.account import open_netsuite
from streak_netsuite.assembly.clock import utc_now
from streak_netsuite.assembly.opening import (
    open_account,
    open_activities,
    open_boxes,
    open_desk,
    open_product,
    open_rebinding,
    open_webhooks,
    wanted_events,
)
from streak_netsuite.assembly.product import Product
from streak_netsuite.assembly.settings import Settings

__all__ = [
    "Product",
    "Settings",
    "open_account",
    "open_activities",
    "open_boxes",
    "open_desk",
    "open_netsuite",
    "open_product",
    "open_rebinding",
    "open_webhooks",
    "utc_now",
    "wanted_events",
]
