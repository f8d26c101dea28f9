"""The door to ``across_samples``, which stand beside."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "areas"))
