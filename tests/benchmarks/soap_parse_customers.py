"""Reading a search's reply of 1,000 customers, beside zeep's own parsing of the same bytes."""

from measurement import Measurement
from requests import Response
from soap_place import customers_reply, our_client, plain_client, seconds, wsdl_directory

from streak_netsuite.connectors.netsuite.calls.search import read_page
from streak_netsuite.connectors.netsuite.envelope import open_envelope
from streak_netsuite.connectors.netsuite.reader import ReplyReader
from streak_netsuite.connectors.netsuite.schema import SuiteSchema

CUSTOMERS = 1000


def measure() -> list[Measurement]:
    """Read the same reply by us, by zeep as it is, and by zeep as it has to be set to lose nothing."""
    content = customers_reply(CUSTOMERS)
    with wsdl_directory() as (directory, _):
        client = our_client(directory)
        reader = ReplyReader(SuiteSchema(client))

        def ours() -> int:
            reply = open_envelope(content)
            assert reply is not None
            return len(read_page(reader.read(reply.content).part("searchResult"), name="bench").records)

        assert ours() == CUSTOMERS
        figures = seconds(ours)
        plain = plain_client(directory)
        fast = seconds(lambda: _zeep(plain, content), times=3)
        safe = seconds(lambda: _zeep(client, content), times=3)
    return [
        Measurement(
            name=f"soap_parse_customers{suffix}",
            value=figures,
            unit="s for 1,000 customers",
            reference=reference,
            reference_value=peer,
            ratio=peer / figures,
            wanted=">= 3",
        )
        for suffix, reference, peer in (
            ("", "zeep, strict", fast),
            ("_tolerant", "zeep, as tolerant as ours", safe),
        )
    ]


def _zeep(client: object, content: bytes) -> None:
    response = Response()
    response.status_code, response._content = 200, content
    response.headers["Content-Type"] = "text/xml"
    binding = client.service._binding  # type: ignore[attr-defined]
    reply = binding.process_reply(client, binding.get("search"), response)
    assert len(reply.body.searchResult.recordList.record) == CUSTOMERS
