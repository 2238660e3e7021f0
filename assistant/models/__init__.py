"""Chat models other than the built-in one: specs, keys, limits, retries, prices, what is sent."""
