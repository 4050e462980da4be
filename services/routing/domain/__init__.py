"""The rules of routing, in the words of the office: nothing here knows how they are stored or asked."""
