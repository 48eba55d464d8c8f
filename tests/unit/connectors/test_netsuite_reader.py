"""Replies are read whatever their order, whatever is new in them, and nothing is guessed."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from streak_netsuite.connectors.netsuite.envelope import open_envelope
from streak_netsuite.connectors.netsuite.plain_record import from_plain, to_plain
from streak_netsuite.connectors.netsuite.reader import ReplyReader, read_moment
from streak_netsuite.connectors.netsuite.schema import SuiteSchema
from streak_netsuite.connectors.netsuite.status import read_write
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.connectors.netsuite.wsdl import load_wsdl
from streak_netsuite.errors import ConfigurationError, MappingError
from streak_netsuite.model.custom_field import CustomFieldType
from streak_netsuite.model.reference import Reference
from streak_netsuite.sandbox.netsuite import wsdl

VERSION = "2025_2"
SPACES = (
    f'xmlns="urn:messages_{VERSION}.platform.webservices.netsuite.com" '
    f'xmlns:c="urn:core_{VERSION}.platform.webservices.netsuite.com" '
    f'xmlns:r="urn:relationships_{VERSION}.lists.webservices.netsuite.com" '
    f'xmlns:s="urn:sales_{VERSION}.transactions.webservices.netsuite.com" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> SuiteSchema:
    folder = tmp_path_factory.mktemp("wsdl")
    for file, content in wsdl.render_files(VERSION).items():
        path: Path = folder / f"v{VERSION}_0" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return SuiteSchema(load_wsdl(None, base_url="https://none.invalid", version=VERSION, directory=folder))  # type: ignore[arg-type]  # a file needs no client


@pytest.fixture(scope="module")
def read(schema: SuiteSchema) -> Callable[[str], Fields]:
    reader = ReplyReader(schema)
    return lambda body: reader.read(etree.fromstring(body.replace("SPACES", SPACES)))


def record_of(read: Callable[[str], Fields], record: str) -> SuiteRecord:
    body = read(
        "<getResponse SPACES><readResponse><c:status isSuccess='true'/>"
        + record
        + "</readResponse></getResponse>"
    )
    found = body.part("readResponse").values["record"]
    assert isinstance(found, SuiteRecord)
    return found


def test_a_record_is_read_with_values_of_the_right_types(read: Callable[[str], Fields]) -> None:
    record = record_of(
        read,
        """<record xsi:type="r:Customer" internalId="7" externalId="k">
        <r:companyName>Müller &amp; Söhne</r:companyName><r:isInactive>true</r:isInactive>
        <r:creditLimit>1.0E7</r:creditLimit><r:subsidiary internalId="1"><c:name>Inc</c:name></r:subsidiary>
        <r:lastModifiedDate>2026-01-15T10:00:00.000-08:00</r:lastModifiedDate></record>""",
    )
    assert (record.type, record.internal_id, record.external_id) == ("customer", "7", "k")
    assert record.text("companyName") == "Müller & Söhne"
    assert record.flag("isInactive") is True
    assert record.amount("creditLimit") == Decimal(10_000_000)
    assert record.moment("lastModifiedDate") == datetime(2026, 1, 15, 18, tzinfo=UTC)
    subsidiary = record.ref("subsidiary")
    assert subsidiary is not None
    assert (subsidiary.internal_id, subsidiary.name) == ("1", "Inc")


def test_elements_in_another_order_and_unknown_ones_cost_nothing(read: Callable[[str], Fields]) -> None:
    body = read(
        """<addResponse SPACES><writeResponse><c:novelty>x</c:novelty>
        <c:status isSuccess="false"><!-- odd --><c:statusDetail type="ERROR">
        <c:afterSubmitFailed>true</c:afterSubmitFailed><c:message>script</c:message><c:hint>new</c:hint>
        <c:code>A_CODE_OF_TOMORROW</c:code></c:statusDetail></c:status>
        <baseRef xsi:type="c:RecordRef" type="customer" internalId="7"/></writeResponse></addResponse>"""
    )
    answer = read_write(body.part("writeResponse"))
    (detail,) = answer.status.details
    assert (detail.code, detail.message, detail.after_submit_failed) == ("A_CODE_OF_TOMORROW", "script", True)
    assert answer.status.saved
    assert answer.ref is not None
    assert answer.ref.internal_id == "7"


def test_a_time_without_zone_is_pacific() -> None:
    assert read_moment("2026-01-15T10:00:00").astimezone(UTC) == datetime(2026, 1, 15, 18, tzinfo=UTC)
    assert read_moment("2026-07-15T10:00:00").astimezone(UTC) == datetime(2026, 7, 15, 17, tzinfo=UTC)


def test_custom_fields_of_every_type_are_read_also_without_script_id(read: Callable[[str], Fields]) -> None:
    record = record_of(
        read,
        """<record xsi:type="r:Customer"><r:customFieldList>
        <c:customField xsi:type="c:StringCustomFieldRef" scriptId="a"><c:value>x</c:value></c:customField>
        <c:customField xsi:type="c:LongCustomFieldRef" scriptId="b"><c:value>3</c:value></c:customField>
        <c:customField xsi:type="c:DoubleCustomFieldRef" scriptId="d"><c:value>0.10</c:value></c:customField>
        <c:customField xsi:type="c:BooleanCustomFieldRef" scriptId="e"><c:value>false</c:value></c:customField>
        <c:customField xsi:type="c:SelectCustomFieldRef" internalId="17"><c:value internalId="2"><c:name>B</c:name></c:value></c:customField>
        <c:customField xsi:type="c:MultiSelectCustomFieldRef" scriptId="f"><c:value internalId="1"/><c:value internalId="2"/></c:customField>
        <c:customField xsi:type="c:TomorrowsCustomFieldRef" scriptId="g"><c:value>?</c:value></c:customField>
        </r:customFieldList></record>""",
    )
    assert {name: field.value for name, field in record.custom_fields.items()} == {
        "a": "x",
        "b": 3,
        "d": Decimal("0.10"),
        "e": False,
        "@17": Reference(internal_id="2", name="B"),
        "f": (Reference(internal_id="1"), Reference(internal_id="2")),
    }
    assert record.custom_fields["d"].type is CustomFieldType.DECIMAL


def test_a_record_of_a_type_we_do_not_know_is_a_record_without_fields(read: Callable[[str], Fields]) -> None:
    record = record_of(read, '<record xsi:type="r:Hologram" internalId="9"><r:beam>1</r:beam></record>')
    assert dict(record.values) == {}


def test_a_value_that_is_no_number_is_not_guessed(read: Callable[[str], Fields]) -> None:
    with pytest.raises(ArithmeticError):
        record_of(read, '<record xsi:type="r:Customer"><r:creditLimit>much</r:creditLimit></record>')


def test_an_answer_of_no_operation_is_refused(read: Callable[[str], Fields]) -> None:
    with pytest.raises(LookupError, match="is no reply"):
        read("<tomorrowResponse SPACES/>")


def test_a_text_of_more_than_ten_megabytes_is_read() -> None:
    text = "x" * 11_000_000
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a>'
        + text
        + "</a></e:Body></e:Envelope>"
    )
    reply = open_envelope(envelope.encode())
    assert reply is not None
    assert len(reply.content.text or "") == len(text)


@pytest.mark.parametrize("content", [b"", b"<html><body>busy</body></html>", b'{"error": 1}'])
def test_what_is_no_envelope_is_none(content: bytes) -> None:
    assert open_envelope(content) is None


PLAIN = {
    "type": "salesOrder",
    "externalId": "k-1",
    "fields": {
        "entity": {"internalId": "501"},
        "tranDate": "2026-05-04",
        "exchangeRate": "1.25",
        "shipComplete": True,
        "memo": "x",
        "billingAddress": {"country": "_germany", "city": "Köln"},
    },
    "sublists": {
        "itemList": {
            "mode": "replace",
            "rows": [{"item": {"internalId": "101", "name": "Atlas Arm"}, "quantity": "2"}],
        }
    },
    "customFields": {"custbody_tier": {"type": "select", "value": {"internalId": "2", "name": "Gold"}}},
}


def test_plain_records_come_back_as_they_were(schema: SuiteSchema) -> None:
    assert to_plain(from_plain(PLAIN, schema)) == PLAIN


def test_fields_to_be_emptied_are_kept_in_plain_records(schema: SuiteSchema) -> None:
    record = SuiteRecord(type="customer", internal_id="501", null_fields=("fax", "custentity_x"))
    assert to_plain(record)["nullFields"] == ["fax", "custentity_x"]
    assert from_plain(to_plain(record), schema) == record


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"fields": {"entitty": "x"}}, ConfigurationError, "no field 'entitty'"),
        ({"fields": {"entity": "501"}}, MappingError, "write a reference as"),
        ({"fields": {"exchangeRate": "much"}}, MappingError, "exchangeRate: 'much' is no decimal"),
        ({"fields": {"shipComplete": "yes"}}, MappingError, "neither true nor false"),
        ({"fields": {"createdDate": "2026-05-04T10:00:00"}}, MappingError, "createdDate"),
        ({"sublists": {"itemList": {"rows": []}}}, ConfigurationError, "itemList.mode"),
        ({"sublists": {"memo": {"mode": "merge", "rows": []}}}, ConfigurationError, "no sublist"),
        ({"nonsense": 1}, ConfigurationError, "nonsense"),
    ],
)
def test_a_plain_record_that_is_none_names_what_is_wrong(
    schema: SuiteSchema, change: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        from_plain({**PLAIN, **change}, schema)


@given(
    amount=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
)
def test_amounts_keep_every_digit(schema: SuiteSchema, amount: Decimal) -> None:
    plain = {"type": "salesOrder", "fields": {"exchangeRate": format(amount, "f")}}
    assert from_plain(plain, schema).amount("exchangeRate") == amount
