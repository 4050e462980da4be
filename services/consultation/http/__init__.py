"""How people and programs reach this service: ``api`` speaks JSON, ``pages`` speaks HTML."""
