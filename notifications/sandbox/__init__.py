"""What stands in for the world’s mail in practice mode, and the page from which everything can be looked into."""
