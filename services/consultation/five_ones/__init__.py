"""The five ones (五个一) of each member in a year: kept nowhere, counted from the registers that are kept anyway.

``deciding``  what the body asks       ``marking``   which years are to be counted again
``facts``     which record counts      ``counting``  the counts that rise, and the clock that says them
``book``      a member's own record, and the office's coverage
"""
