"""How reported events become rows, a module for each register; ``services.reporting.projection`` gathers them."""
