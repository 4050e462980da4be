"""Tables of the projection, a module for each register; ``services.reporting.tables`` gathers them."""
