"""The facts of RunComfy, as data."""
