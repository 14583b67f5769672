"""Who judges: whether an answer is right, after all that was asked and said in its world."""
