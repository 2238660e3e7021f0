"""Serving a model: GPUs, speed and cost from a roofline and a share of it."""
