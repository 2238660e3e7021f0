"""The library as files: two layers, their history, views of it, past days, backups."""
