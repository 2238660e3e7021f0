"""Taking in: files, folders and addresses become articles and program records."""
