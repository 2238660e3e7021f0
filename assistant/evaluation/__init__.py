"""The exam of a desk: questions with what a right answer holds, asked and judged.

One way to judge for the command `eval` and for the tests. It reads finished answers only, as a
person would, and shares no code with the grounding that it checks.
"""
