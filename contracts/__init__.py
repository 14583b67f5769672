"""What each provider promised, as data, and how to tell whether the promise is kept."""
