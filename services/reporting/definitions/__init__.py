"""What every figure is: one module for each register, put together in :mod:`services.reporting.figures`."""
