"""The demonstration: a real Airflow, a real PostgreSQL and the sandbox, on loopback."""
