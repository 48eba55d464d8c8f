"""The seeded account of Northwind Robotics: the same company, the same ids, every time."""

from streak_netsuite.sandbox.netsuite import seed_customization, seed_items, seed_lists, seed_sales
from streak_netsuite.sandbox.netsuite.drafts import BEGIN
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.store import Store


def fill(store: Store) -> None:
    """Put the seeded account into an empty store; it is the same whatever the settings are now."""
    settings, store.settings = store.settings, Settings()
    store.seed_time = BEGIN
    store.choices = {name: dict(values) for name, values in seed_lists.CHOICES.items()}
    for record in seed_lists.records():
        store.put(record)
    seed_customization.fill(store)
    seed_items.fill(store)
    seed_sales.fill(store)
    store.seed_time = None
    store.settings = settings
