"""The one file that Airflow executes here: registers the plugin."""

import sys
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from streak_netsuite.preload import preload
from streak_netsuite.web.app import BOARD_PREFIX, DUPLICATES_PREFIX, app, base_path, board_app, duplicates_app


class StreakNetSuitePlugin(AirflowPlugin):
    """Mounts the webhook receiver and the tools' pages, and makes tasks start sooner."""

    name = "streak_netsuite"
    fastapi_apps = [  # noqa: RUF012 - Airflow's form, here and below
        {"app": app, "url_prefix": "/streak-netsuite", "name": "Streak and NetSuite"},
        {"app": board_app, "url_prefix": BOARD_PREFIX, "name": "Mapping board"},
        {"app": duplicates_app, "url_prefix": DUPLICATES_PREFIX, "name": "Duplicate customers"},
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Mapping board",
            "href": f"{base_path()}{BOARD_PREFIX}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "streak-netsuite-mapping",
        },
        {
            "name": "Duplicate customers",
            "href": f"{base_path()}{DUPLICATES_PREFIX}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "streak-netsuite-duplicates",
        },
    ]

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Import what tasks need, where tasks are forked."""
        preload(sys.argv)
