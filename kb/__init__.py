"""The knowledge base of Compute Desk: articles and program terms, kept, indexed and searched."""
