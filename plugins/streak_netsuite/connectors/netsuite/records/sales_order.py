"""Sales orders."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.records.parts import (
    CUSTOM_PRICE,
    custom,
    custom_fields,
    day,
    discount_rate,
    more,
    more_fields,
    present,
    quantity,
    rate,
    read_address,
    reference,
    required_day,
    required_reference,
)
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

LINES = "itemList"


def write_sales_order(order: SalesOrder, external_id: str) -> SuiteRecord:
    """Return an order with all its lines; they replace those of an earlier attempt."""
    rows = tuple(write_line(line) for line in order.lines)
    return SuiteRecord(
        type="salesOrder",
        external_id=external_id,
        values=present(
            entity=order.customer,
            tranDate=order.transaction_date,
            memo=order.memo,
            otherRefNum=order.purchase_order_number,
            currency=order.currency,
            subsidiary=order.subsidiary,
            department=order.department,
            location=order.location,
            terms=order.terms,
            salesRep=order.sales_rep,
            shipDate=order.ship_date,
            shipMethod=order.ship_method,
            startDate=order.start_date,
            endDate=order.end_date,
            discountItem=order.discount_item,
            discountRate=order.discount_rate,
            billingAddress=order.billing_address,
            shippingAddress=order.shipping_address,
            **{"class": order.class_},
        )
        | more(order.more_fields),
        custom_fields=custom(order.custom_fields),
        sublists={LINES: Sublist(rows=rows, mode=SublistMode.REPLACE)},
    )


def write_line(line: OrderLine) -> Fields:
    """Return an order's line; one with a rate has its own price, any other is priced by NetSuite, by its level if it names one."""
    return Fields(
        values=present(
            item=line.item,
            quantity=line.quantity,
            price=CUSTOM_PRICE if line.rate is not None else line.price_level,
            rate=line.rate,
            description=line.description,
            taxCode=line.tax_code,
            location=line.location,
            department=line.department,
            units=line.units,
            **{"class": line.class_},
        )
        | more(line.more_fields),
        custom_fields=custom(line.custom_fields),
    )


def read_sales_order(record: SuiteRecord, zone: ZoneInfo, names: Collection[str] = ()) -> SalesOrder:
    """Return an order.

    Args:
        names: further standard fields that are wanted, of the body and of lines.

    Raises:
        ValueError: it has no customer, no date or no line that names an item.
    """
    return SalesOrder(
        customer=required_reference(record, "entity"),
        transaction_date=required_day(record, "tranDate", zone),
        memo=record.text("memo"),
        purchase_order_number=record.text("otherRefNum"),
        currency=reference(record, "currency"),
        subsidiary=reference(record, "subsidiary"),
        department=reference(record, "department"),
        class_=reference(record, "class"),
        location=reference(record, "location"),
        terms=reference(record, "terms"),
        sales_rep=reference(record, "salesRep"),
        ship_date=day(record, "shipDate", zone),
        ship_method=reference(record, "shipMethod"),
        start_date=day(record, "startDate", zone),
        end_date=day(record, "endDate", zone),
        discount_item=reference(record, "discountItem"),
        discount_rate=discount_rate(record),
        billing_address=read_address(record.part("billingAddress")),
        shipping_address=read_address(record.part("shippingAddress")),
        lines=tuple(
            read_line(row, item, zone, names)
            for row in record.rows(LINES)
            if (item := reference(row, "item"))
        ),
        custom_fields=custom_fields(record),
        more_fields=more_fields(record, names, zone),
    )


def read_line(row: Fields, item: Reference, zone: ZoneInfo, names: Collection[str] = ()) -> OrderLine:
    """Return an order's line."""
    return OrderLine(
        item=item,
        quantity=quantity(row),
        rate=rate(row),
        description=row.text("description"),
        tax_code=reference(row, "taxCode"),
        location=reference(row, "location"),
        department=reference(row, "department"),
        class_=reference(row, "class"),
        units=reference(row, "units"),
        price_level=reference(row, "price"),
        custom_fields=custom_fields(row),
        more_fields=more_fields(row, names, zone),
    )
