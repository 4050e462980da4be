"""The development inbox: takes every mail, delivers none, and shows them to whoever asks."""
