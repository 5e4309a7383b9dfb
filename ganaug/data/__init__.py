"""What the user gives, besides rows: targets, strategies, seeds; and checks of it."""
