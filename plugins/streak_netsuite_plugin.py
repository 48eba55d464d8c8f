"""The one file that Airflow executes here: registers the plugin."""

from airflow.plugins_manager import AirflowPlugin

from streak_netsuite.web.app import app


class StreakNetSuitePlugin(AirflowPlugin):
    """Mounts the webhook receiver at `/streak-netsuite`."""

    name = "streak_netsuite"
    fastapi_apps = [{"app": app, "url_prefix": "/streak-netsuite", "name": "Streak and NetSuite"}]  # noqa: RUF012 - Airflow's form
