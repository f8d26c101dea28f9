"""What leads to a dataset from elsewhere: feeds of news, citations, cards, badges, embedded pages, programs to start with."""
