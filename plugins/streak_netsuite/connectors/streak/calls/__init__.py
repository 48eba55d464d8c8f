"""Every call of Streak's API that the product knows, one module a resource. Calls are values; clients send them."""
