"""Decides what to write, and carries it out over ports. Pure but for the ports it is given."""
