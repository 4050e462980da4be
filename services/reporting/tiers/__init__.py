"""The tree as this body knows it: its parent, the bodies below, the links between them and what waits on each."""
