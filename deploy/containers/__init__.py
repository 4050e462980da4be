"""One image, a process per service: what the containers of a body are told, and what they run."""
