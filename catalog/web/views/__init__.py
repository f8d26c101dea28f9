"""The views that a publisher has prepared of a dataset, and the records behind a figure; docs/views.md."""
