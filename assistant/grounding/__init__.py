"""Grounding: what a draft says is checked against the evidence before a person sees it."""
