"""FastAPI apps inside the Airflow UI."""
