"""Opinion briefs between two bodies: handed up to the parent, and received from bodies below."""
