"""What a reply may look like tomorrow: other orders, elements and codes that no schema knows, huge texts."""

from lxml import etree

from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.settings import Settings

UNKNOWN_CODE = "FUTURE_STATUS_CODE"
UNKNOWN_ELEMENT = "futureField"
# Texts that a record may have much of; the first one it has gets the huge text.
_LONG_TEXTS = ("comments", "memo", "salesDescription", "description", "altName")
_RECORDS = frozenset({"record", "searchRow"})


def play(body: etree._Element, codec: Codec, settings: Settings) -> None:
    """Change a reply in place, as the settings say."""
    if settings.huge_text_bytes:
        _blow_up(body, settings.huge_text_bytes)
    if settings.unknown_status_codes:
        _rename_codes(body, codec)
    if settings.unknown_reply_elements:
        _add_unknown_elements(body, codec)
    if settings.shuffle_replies:
        _reverse(body[0])
    if settings.reorder_replies:
        _put_after_submit_failed_first(body, codec)


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _blow_up(body: etree._Element, size: int) -> None:
    """Put a huge text into the first record: into a long text it has, else into its first text."""
    record = next((e for e in body.iter() if _name(e) == "record" and len(e)), None)
    if record is None:
        return
    texts = {_name(e): e for e in record if not len(e) and e.text}
    chosen = next((texts[name] for name in _LONG_TEXTS if name in texts), None)
    if chosen is None:
        chosen = next((e for name, e in texts.items() if name.endswith(("Name", "Id"))), None)
    if chosen is not None:
        chosen.text = "x" * size


def _rename_codes(body: etree._Element, codec: Codec) -> None:
    for code in body.iter(codec.tag("core", "code")):
        code.text = UNKNOWN_CODE


def _add_unknown_elements(body: etree._Element, codec: Codec) -> None:
    """Put an unknown element in front of what each record and each status detail holds."""
    tag = codec.tag("core", UNKNOWN_ELEMENT)
    found = [e for e in body.iter() if _name(e) in _RECORDS | {"statusDetail"}]
    for element in found:
        unknown = etree.Element(tag)
        unknown.text = "new"
        element.insert(0, unknown)


def _reverse(element: etree._Element) -> None:
    """Reverse the children of every element; repeated ones keep their order among themselves."""
    names = list(dict.fromkeys(child.tag for child in element))
    by_name = {name: [child for child in element if child.tag == name] for name in names}
    element[:] = [child for name in reversed(names) for child in by_name[name]]
    for child in element:
        _reverse(child)


def _put_after_submit_failed_first(body: etree._Element, codec: Codec) -> None:
    for flag in list(body.iter(codec.tag("core", "afterSubmitFailed"))):
        flag.getparent().insert(0, flag)
