"""What is owed by when, in working time of the body: warned of before, told on after, paused only with a reason."""
