"""The one file that Airflow executes here: registers the plugin."""

import sys
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from streak_netsuite.preload import preload
from streak_netsuite.web.app import app


class StreakNetSuitePlugin(AirflowPlugin):
    """Mounts the webhook receiver at `/streak-netsuite`, and makes tasks start sooner."""

    name = "streak_netsuite"
    fastapi_apps = [{"app": app, "url_prefix": "/streak-netsuite", "name": "Streak and NetSuite"}]  # noqa: RUF012 - Airflow's form

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Import what tasks need, where tasks are forked."""
        preload(sys.argv)
