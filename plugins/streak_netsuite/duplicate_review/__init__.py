"""The queue of customers that may be one, as people work through it: in Airflow and in notebooks."""
