"""The wire: one exchange in, one exchange out."""
