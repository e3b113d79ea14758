"""What a change means: a pure difference between what was, what is to be, and what is live."""
