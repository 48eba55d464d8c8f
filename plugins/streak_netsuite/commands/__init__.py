"""The commands by noun; `streak_netsuite.cli` puts them together."""
