"""Declarative mappings: a YAML spec, its transforms and lookups, and the engine that runs it. Pure."""
