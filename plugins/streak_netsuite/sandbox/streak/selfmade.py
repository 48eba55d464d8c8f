"""What Streak changes by itself: contacts that are boxed, organizations that are linked, details that are found.

None of it carries a mark of who did it: it arrives as BOX_EDIT, CONTACT_UPDATE and ORG_UPDATE like any
change (readme and clients, read 2026-11). When and how fast it happens is not documented; here it happens
at once, and only while the settings ask for it.
"""

from streak_netsuite.sandbox.streak.settings import Settings
from streak_netsuite.sandbox.streak.store import Json, Store

_INDUSTRY = "Manufacturing"


class SelfMade:
    """Follows changes of contacts and organizations with changes of its own."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def follow(self, event: str, thing: Json) -> None:
        """React to a change."""
        if event == "CONTACT_CREATE" and self._settings.magic_links:
            self._link(thing)
        if event == "ORG_CREATE" and self._settings.enrichment:
            self._enrich(thing)

    def autobox(self, box_key: str, contact_key: str) -> Json:
        """Put a contact into a box, as Streak does when it sees an e-mail."""
        box, contact = self._store.box(box_key), self._store.party("contact", contact_key)
        links = [link for link in box.get("contacts", []) if link["key"] != contact["key"]]
        now = self._store.now_ms()
        boxed = {
            "key": contact["key"],
            "isStarred": False,
            "isAutoboxed": True,
            "autoboxerKey": self._store.user["key"],
            "autoboxingTimestamp": now,
        }
        box["contacts"] = [*links, boxed]
        self._store.touch(box_key)
        self._store.tell("BOX_EDIT", box["pipelineKey"], self._store.shown_box(box_key))
        return self._store.shown_box(box_key)

    def _link(self, contact: Json) -> None:
        domains = {email.partition("@")[2] for email in contact["emailAddresses"]}
        now = self._store.now_ms()
        links = [
            {"key": o["key"], "isMagicLinked": True, "creationTimestamp": now}
            for o in self._store.parties_having("organization", domains)
        ]
        if links:
            contact["orgLinks"] = links
            self._store.save_party("contact", contact)

    def _enrich(self, organization: Json) -> None:
        domain = next(iter(organization["normalizedDomains"]), "")
        if not domain:
            return
        organization.setdefault("industry", _INDUSTRY)
        organization.setdefault("name", domain.partition(".")[0].replace("-", " ").title())
        self._store.save_party("organization", organization)
