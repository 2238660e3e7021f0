"""From a text to passages and terms: decoding, cleaning, scripts, splitting, aliases."""
