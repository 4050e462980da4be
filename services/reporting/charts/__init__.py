"""Pictures of figures: series counted from the projection, and each drawn as SVG by a pure function."""
