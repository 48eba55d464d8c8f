"""Finds, before go-live, what would hold or break later. Reads only."""
