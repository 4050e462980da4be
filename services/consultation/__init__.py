"""What is done about an issue: casework, surveys, consultations, commitments, activities."""
