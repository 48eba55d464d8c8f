"""The standard fields of both systems, as shipped files."""
