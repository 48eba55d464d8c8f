"""Airflow triggers: they watch, tasks write."""
