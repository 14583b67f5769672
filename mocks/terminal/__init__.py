"""The verbs of the terminal, and what a person reads there."""
