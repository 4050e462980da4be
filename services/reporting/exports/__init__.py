"""One report of a body over a period, written out for a page, a printer, a spreadsheet or a program."""
