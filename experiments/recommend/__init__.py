"""Users × items: what a user would rate an item, and which items to show to them."""
