"""The mapping board: fields of both sides and lines between them, in a notebook and in the Airflow UI."""
