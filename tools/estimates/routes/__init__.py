"""Every way to get the GPUs for one job, in one ranked table."""
