"""Owning, loans, credits, revenue and deals."""
