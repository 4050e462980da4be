"""The roster: who and what a body has, from one file that is applied whole or not at all.

``document`` is what the file says, ``reading`` refuses a wrong one line by line, ``difference`` compares two,
``store`` keeps it, ``book`` holds the present one in memory for choosing members.
"""
