"""Several datasets at once: one municipality in all of them, two tables joined, figures side by side; docs/across-fields.md."""
