"""``make bench``: what the whole system does, each figure beside a limit of this machine measured in the same run."""
