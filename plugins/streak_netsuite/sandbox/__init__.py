"""Stand-ins for both vendors over real HTTP, written from vendor facts and not from our clients."""
