"""Finding: embedders, the Chroma and keyword indexes, one score, copies counted once."""
