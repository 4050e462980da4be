"""A parent presses for its child's late cases (督办), and is answered."""
