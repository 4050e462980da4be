"""One service's own database: SQLite by default, PostgreSQL by changing one URL, the same statements on both."""
