"""Fields and catalogues as small as a test needs."""

from collections.abc import Callable

import pytest

from assist.mapping.catalogue import Catalogue, Field, FieldType
from assist.mapping.suggester import Suggester


@pytest.fixture(scope="session")
def suggester() -> Suggester:
    return Suggester()


@pytest.fixture(scope="session")
def deal() -> Callable[..., Catalogue]:
    """Make a pipeline's catalogue of labels, or of (label, type)."""

    def made(*labels: str | tuple[str, FieldType]) -> Catalogue:
        told = [(one, FieldType.UNKNOWN) if isinstance(one, str) else one for one in labels]
        fields = [
            Field(record="Deals", id=str(1001 + at), label=label, type=type_)
            for at, (label, type_) in enumerate(told)
        ]
        return Catalogue(system="Streak", fields=fields)

    return made
