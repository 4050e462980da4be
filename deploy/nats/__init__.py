"""The message servers of the bodies: configuration, streams and the binary itself."""
