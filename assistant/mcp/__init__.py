"""The desk for other programs, over the Model Context Protocol: its tools, and the library to read.

Served on standard input and output, or over HTTP on loopback with a token. It gives what a founder
sees, and changes nothing but the founder's own conversations and gaps.
"""
