"""What an account's features switch on: record types and elements."""

from collections.abc import Mapping
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.settings import Settings

# Elements that need a feature. Legacy tax goes when SuiteTax comes.
_ELEMENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "one_world": ("subsidiary", "subsidiaryList", "includeChildren"),
        "multi_currency": ("currency", "currencyList", "exchangeRate"),
        "departments": ("department",),
        "classes": ("class",),
        "locations": ("location",),
        "legacy_tax": (
            "taxCode",
            "taxItem",
            "isTaxable",
            "taxRate",
            "taxRate1",
            "tax1Amt",
            "shippingTaxCode",
        ),
    }
)
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "customerSubsidiaryRelationship": "multi_subsidiary_customer",
        "itemFulfillment": "advanced_shipping",
        "subsidiary": "one_world",
        "currency": "multi_currency",
        "department": "departments",
        "classification": "classes",
        "location": "locations",
        "assemblyItem": "assembly_items",
        "giftCertificateItem": "gift_certificates",
    }
)


def is_on(settings: Settings, feature: str) -> bool:
    """Tell whether a feature is on; "legacy_tax" is on when SuiteTax is off."""
    return not settings.features["suite_tax"] if feature == "legacy_tax" else settings.features[feature]


def hidden_elements(settings: Settings) -> frozenset[str]:
    """Return the elements whose feature is off: no client may set them."""
    return frozenset(
        name for feature, names in _ELEMENTS.items() if not is_on(settings, feature) for name in names
    )


def require_kind(settings: Settings, kind: str) -> None:
    """Refuse a record type whose feature is off."""
    feature = _KINDS.get(kind)
    if feature is not None and not is_on(settings, feature):
        raise RecordRefused(
            "FEATURE_DISABLED",
            f"The record type {kind} needs the feature {feature.replace('_', ' ')}, which is not enabled.",
        )
