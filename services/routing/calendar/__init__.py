"""When the body works and how long its deadlines are: kept here, dated and attributable, and told to the neighbours."""
