"""A body's paper ledger, recorded afterwards through the public API with the dates that the paper bears."""
