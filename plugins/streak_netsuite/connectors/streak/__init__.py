"""Streak's HTTP API."""
