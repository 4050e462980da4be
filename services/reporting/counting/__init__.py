"""How figures are counted from the projection: one module for each register, asked by ``queries``."""
