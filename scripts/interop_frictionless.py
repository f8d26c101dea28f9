"""Read a package and a catalogue with frictionless's own CKAN reader, and print what it made of them as JSON.

python interop_frictionless.py ADDRESS DATASET TABLE ORGANIZATION, in the environment .interop/frictionless: the reader takes a
library under the GPL, which our own environment does not have.
"""

import json
import sys

from frictionless import Catalog, Package
from frictionless.portals import CkanControl


def main() -> None:
    """Read, print."""
    address, dataset, table, organization = sys.argv[1:]
    package = Package(control=CkanControl(baseurl=address, dataset=dataset))
    listed = Catalog(control=CkanControl(baseurl=address, organization_name=organization))
    rows = [each.to_dict() for each in package.get_resource(table).read_rows()]
    names = sorted(each.package.name for each in listed.datasets)
    print(json.dumps({"title": package.title, "rows": rows, "datasets": names}))


main()
