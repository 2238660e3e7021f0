"""The built-in chat model: deterministic, offline, behind the same graph as any other."""
