"""Mutation testing of the engine's time: each line is made wrong in turn, and the tests must notice."""
