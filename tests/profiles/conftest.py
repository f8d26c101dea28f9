"""Makes the samples of formats importable, whatever pytest's import mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "formats"))
