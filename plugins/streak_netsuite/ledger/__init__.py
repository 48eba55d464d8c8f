"""The product's memory in PostgreSQL: inbox, intents, bindings, outcomes, holds, watermarks, audit."""
