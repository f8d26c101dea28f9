"""Other portals in: sources that the operator names, read into neutral records, taken in as datasets of their publishers.

``sources`` are remembered, ``runs`` walks one of them, ``fetching`` is the only module that follows addresses, ``readers``
make records of answers (in the limited child), ``describing`` makes a publication of a record, ``keeping`` puts it into the
catalogue, ``filing`` takes in files of standard datasets. docs/harvesting.md is the operator's page.
"""
