"""What Airflow should know about this package: its connection types and their forms."""

from collections.abc import Mapping, Sequence
from typing import Any

_VENDORS = (
    ("Streak", "https://streak.readme.io/reference"),
    ("NetSuite", "https://docs.oracle.com/en/cloud/saas/netsuite/"),
)
_TEXT = {"type": ["string", "null"]}
_SECRET = {"type": ["string", "null"], "format": "password"}
_NUMBER = {"type": ["number", "null"]}


def get_provider_info() -> dict[str, Any]:
    """Return the provider's metadata, in the form Airflow's provider schema asks for."""
    return {
        "package-name": "streak-netsuite",
        "name": "Streak and NetSuite",
        "description": "Keeps Streak (CRM in Gmail) and NetSuite (ERP) telling the same story.",
        "connection-types": [_streak(), _netsuite(), _ledger()],
        "integrations": [
            {"integration-name": name, "external-doc-url": url, "tags": ["service"]} for name, url in _VENDORS
        ],
        "hooks": _modules("hooks", {"Streak": ["streak"], "NetSuite": ["netsuite"]}),
        "operators": _modules(
            "operators",
            {
                "Streak": ["streak", "sweep", "webhooks", "drift", "status_to_streak", "holds"],
                "NetSuite": [
                    "backfill",
                    "deal_to_order",
                    "items_to_streak",
                    "netsuite",
                    "netsuite_account",
                    "order_to_invoice",
                    "reconcile",
                    "records",
                ],
            },
        ),
        "config": _config(),
        "triggers": _modules("triggers", {"Streak": ["streak", "inbox"], "NetSuite": ["netsuite"]}),
    }


def _config() -> dict[str, Any]:
    return {
        "streak_netsuite": {
            "description": "Settings of the Streak-NetSuite integration.",
            "options": {
                "pool": {
                    "description": "The pool for tasks that call NetSuite. It has to exist.",
                    "version_added": "0.1.0",
                    "type": "string",
                    "example": "netsuite",
                    "default": "default_pool",
                },
                "mapping": {
                    "description": "The mapping file of all tasks that name none.",
                    "version_added": "0.1.0",
                    "type": "string",
                    "example": "/opt/airflow/mappings/ours.yaml",
                    "default": "deal_to_order",
                },
                "record_types": {
                    "description": "A folder with record type files. Each of them gets a DAG of its own.",
                    "version_added": "0.1.0",
                    "type": "string",
                    "example": "/opt/airflow/records",
                    "default": "",
                },
            },
        }
    }


def _modules(package: str, names: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [
        {
            "integration-name": vendor,
            "python-modules": [f"streak_netsuite.{package}.{module}" for module in modules],
        }
        for vendor, modules in names.items()
    ]


def _streak() -> dict[str, Any]:
    return {
        "connection-type": "streak",
        "hook-class-name": "streak_netsuite.hooks.streak.StreakHook",
        "hook-name": "Streak",
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "login", "port", "extra"],
            "relabeling": {"password": "API key", "host": "Base URL (empty for Streak's own)"},
        },
        "conn-fields": {
            "pipelines": {"label": "Pipelines to watch (names, comma separated)", "schema": _TEXT},
            "webhook_url": {
                "label": "Where Streak reaches us (https://.../streak-netsuite)",
                "schema": _TEXT,
            },
            "webhook_tokens": {"label": "Webhook tokens (comma separated)", "schema": _SECRET},
            "pipeline_keys": {"label": "Pipeline keys accepted from webhooks", "schema": _TEXT},
            "sweep": {"label": "What is read: boxes, contacts, organizations (boxes)", "schema": _TEXT},
            "requests_per_second": {"label": "Requests per second (5)", "schema": _NUMBER},
        },
    }


def _netsuite() -> dict[str, Any]:
    return {
        "connection-type": "netsuite",
        "hook-class-name": "streak_netsuite.hooks.netsuite.NetSuiteHook",
        "hook-name": "NetSuite",
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "password", "port", "extra"],
            "relabeling": {"login": "Account id", "host": "Base URL (empty for the account's own)"},
        },
        "conn-fields": {
            "consumer_key": {"label": "Consumer key", "schema": _SECRET},
            "consumer_secret": {"label": "Consumer secret", "schema": _SECRET},
            "token_id": {"label": "Token id", "schema": _SECRET},
            "token_secret": {"label": "Token secret", "schema": _SECRET},
            "environment": {
                "label": "What the account has to be: production or sandbox (empty: either)",
                "schema": _TEXT,
            },
            "key_fields": {
                "label": "Custom fields that carry our keys (customer=custentity_..., salesOrder=custbody_...)",
                "schema": _TEXT,
            },
            "account_time_zone": {"label": "Company time zone (America/Los_Angeles)", "schema": _TEXT},
            "user_time_zone": {
                "label": "Integration user's time zone (America/Los_Angeles)",
                "schema": _TEXT,
            },
            "concurrency": {
                "label": "Concurrent calls of the account (as it says itself)",
                "schema": _NUMBER,
            },
            "reserve": {"label": "Of these, left to other integrations (1)", "schema": _NUMBER},
            "endpoint_version": {"label": "SuiteTalk endpoint (2025_2)", "schema": _TEXT},
            "wsdl_directory": {"label": "Where the WSDL is kept between runs", "schema": _TEXT},
        },
    }


def _ledger() -> dict[str, Any]:
    return {
        "connection-type": "streak_netsuite_ledger",
        "hook-class-name": "streak_netsuite.hooks.ledger.LedgerHook",
        "hook-name": "Streak-NetSuite ledger (PostgreSQL)",
        "ui-field-behaviour": {"hidden-fields": ["extra"], "relabeling": {"schema": "Database"}},
        "conn-fields": {
            "encryption_secret": {
                "label": "Encryption keys (newest first, comma separated)",
                "schema": _SECRET,
            },
        },
    }
