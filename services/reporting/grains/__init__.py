"""Figures at three grains: the fact (the projection's own rows), the span of time in a state, and the day.

Spans and days are made of facts and of nothing else, by the pure functions of ``life``; ``keeping`` holds both in step
with the facts as they come, and makes them anew.
"""
