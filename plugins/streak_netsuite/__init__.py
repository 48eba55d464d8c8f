"""Keeps Streak and NetSuite telling the same story, on Apache Airflow."""

__version__ = "0.1.0"
