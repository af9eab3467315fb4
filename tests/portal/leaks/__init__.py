"""What agencies would regret having published is found."""
