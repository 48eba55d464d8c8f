"""The assistant: suggestions with evidence, for a person to decide. Advice never writes."""
