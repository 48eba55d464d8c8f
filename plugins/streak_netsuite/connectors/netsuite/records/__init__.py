"""Canonical records as SuiteTalk's, and back."""
