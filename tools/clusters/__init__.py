"""The fund's own clusters: what is free in them and when a job could start, without any names."""
