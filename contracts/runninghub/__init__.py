"""The facts of RunningHub, as data."""
