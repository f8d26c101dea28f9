"""Makes the builder of small packages importable for fixtures that are made once a module."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
