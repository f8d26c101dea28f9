"""One script a revision; written once, never edited afterwards."""
