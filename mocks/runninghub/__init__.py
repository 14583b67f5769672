"""RunningHub: its dialect and its routes."""
