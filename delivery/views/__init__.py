"""The pages and answers of delivery, one module a subject."""
