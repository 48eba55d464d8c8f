"""Building the SOAP client, beside plain zeep on the same files."""

from measurement import Measurement
from soap_place import our_client, plain_client, seconds_of_two, wsdl_directory

from streak_netsuite.connectors.netsuite.schema import SuiteSchema


def measure() -> list[Measurement]:
    """Build each several times."""
    with wsdl_directory() as (directory, whose):
        ours, plain = seconds_of_two(
            lambda: SuiteSchema(our_client(directory)), lambda: plain_client(directory)
        )
    return [
        Measurement(
            name="soap_client_build",
            value=ours,
            unit=f"s from {whose}",
            reference="plain zeep.Client",
            reference_value=plain,
            ratio=ours / plain,
            wanted="<= 1.2",
        )
    ]
