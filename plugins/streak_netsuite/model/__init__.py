"""Canonical records: what the product talks about, whichever system they live in. Pure."""
