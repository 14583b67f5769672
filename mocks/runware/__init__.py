"""How Runware puts things."""
