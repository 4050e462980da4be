"""The research programme (课题研究): who takes part, topics and their life, and the registers that fill them.

``topics``       planned, moved, concluded           ``taking_part``  units, institutes and local researchers
``recording``    surveys, finds, documents, results  ``withdrawing``  what was entered wrongly
``photographs``  of finds                            ``book``         as it is looked up
"""
