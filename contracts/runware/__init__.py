"""The facts of Runware, as data."""
