"""Where a person maps fields: both sides' catalogues, suggestions from the assistant, and drafts of rules."""
