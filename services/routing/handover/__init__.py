"""Issues handed to another body and taken from one: up to the parent, down to a child."""
