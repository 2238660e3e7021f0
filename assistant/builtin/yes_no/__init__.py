"""Yes or no: whether a question asks for it, and which of the two the evidence gives."""
