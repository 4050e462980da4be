"""What the office, a member or an event can do in routing; one verb each, one transaction each."""
