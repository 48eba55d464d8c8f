"""Airflow operators: captions over the flows."""
