"""What intake does, one verb at a time, each in the transaction it is given."""
