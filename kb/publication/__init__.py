"""The library on a Chroma server: publishing it, and a desk that reads it there."""
