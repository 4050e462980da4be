"""The body's rule of who is asked: kept in versions, each with who made it and when."""
