"""What a job takes and what it costs: estimators, one file each, as plain functions.

Each returns a subclass of `tools.estimates.records.Estimate`.
"""
