"""One function per verb of the office, each inside one transaction.

``casework``       visits, notes, referrals, closing    ``hearing``   what the neighbours' events do to a case
``surveys``        what a consultation rests on         ``roster``    who and what there is, from roster events
``consultations``  opened on surveys, held, closed      ``casefile``  a case in hand, its thread and steps
``commitments``    kept or dropped                      ``acting``    who acts, and when it was
``activities``     talks, good deeds, study sessions    ``known``     whether the codes named exist
"""
