"""The weekly briefing: a week beside the week before, in sentences and charts, from figures alone."""
