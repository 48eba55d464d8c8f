"""What an account demands and a mapping does not fill is named before the first order."""

from datetime import UTC, datetime

import pytest

from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.field_checks import custom_fields, mandatory_fields
from streak_netsuite.doctor.finding import State
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.spec import shipped_spec_path
from streak_netsuite.model.custom_field import CustomFieldType


def a_bench(*fields: CustomFieldDefinition) -> Bench:
    """A bench whose account has these custom fields, with the shipped mapping."""

    def no_connection(conn_id: str) -> None:
        raise ConfigurationError(conn_id)

    bench = Bench(
        connection=no_connection,  # type: ignore[arg-type]  # these checks open none
        mapping=lambda: shipped_spec_path("deal_to_order"),
        clock=lambda: datetime(2026, 11, 1, tzinfo=UTC),
    )
    bench.__dict__["custom_fields"] = fields
    return bench


def a_field(
    script_id: str,
    *,
    place: str = "transaction",
    mandatory: bool = True,
    applies_to: tuple[str, ...] = ("bodySale",),
    stored: bool = True,
) -> CustomFieldDefinition:
    return CustomFieldDefinition(
        script_id=script_id,
        internal_id="1",
        label=script_id.title(),
        place=place,
        type=CustomFieldType.TEXT,
        mandatory=mandatory,
        applies_to=applies_to,
        stored=stored,
    )


@pytest.mark.parametrize(
    ("field", "state"),
    [
        pytest.param(a_field("custbody_site"), State.WARN, id="demanded and not filled"),
        pytest.param(a_field("custbody_streak_box"), State.OK, id="demanded and filled"),
        pytest.param(a_field("custbody_site", mandatory=False), State.OK, id="not demanded"),
        pytest.param(
            a_field("custbody_site", applies_to=("bodyPurchase",)), State.OK, id="demanded of purchases"
        ),
        pytest.param(a_field("custbody_site", applies_to=()), State.WARN, id="not said of what"),
        pytest.param(a_field("custitem_site", place="item"), State.OK, id="demanded of items"),
        pytest.param(
            a_field("custentity_site", place="entity", applies_to=("Customer",)),
            State.WARN,
            id="of customers",
        ),
    ],
)
def test_what_the_account_demands_and_the_mapping_does_not_fill_is_named(
    field: CustomFieldDefinition, state: State
) -> None:
    (found,) = mandatory_fields(a_bench(field))
    assert found.state is state
    assert state is State.OK or field.script_id in found.message


def test_every_demanded_field_is_named_at_once() -> None:
    found = list(mandatory_fields(a_bench(a_field("custbody_a"), a_field("custbody_b"))))
    assert ["custbody_a" in found[0].message, "custbody_b" in found[1].message] == [True, True]


def test_a_field_that_keeps_no_value_is_a_warning() -> None:
    found = list(custom_fields(a_bench(a_field("custbody_streak_box", stored=False))))
    assert [one.state for one in found if "does not store" in one.message] == [State.WARN]
