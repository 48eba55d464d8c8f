"""A stand-in for Streak's HTTP API."""
