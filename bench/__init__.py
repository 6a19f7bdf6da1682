"""How fast, beside what the same machine does bare in the same hour. Ratios count; figures belong to their day."""
