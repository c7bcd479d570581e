"""What the program costs, measured in one run beside the limit and beside peers, as ratios."""
