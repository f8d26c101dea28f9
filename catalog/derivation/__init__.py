"""Published tables from raw records, by the rules that stand in the definitions (docs/derivation.md).

``rules``, ``conditions``, ``paths`` and ``plan`` read, word and check what is declared, without pandas: pages may use them.
``engine`` (``derive``) and ``published`` (``write``, ``check``) do the work and import pandas: call them from a door.
"""

from catalog.derivation.explaining import Explanation, explain
from catalog.derivation.plan import is_derived
from catalog.derivation.rules import RULES, Rule, rules_of, sentence_of

__all__ = ["RULES", "Explanation", "Rule", "explain", "is_derived", "rules_of", "sentence_of"]
