"""Who may publish a new package under which id."""

from collections.abc import Iterator

from catalog.datapackage.additions import SLUG
from catalog.errors import Finding
from catalog.values import corporate_number_check_digit, is_corporate_number, local_government_check_digit

CODE, CORPORATE = 6, 13
"""Digits of a local government code and of a corporate number."""
PREFECTURES = 47
"""The first two digits of real codes (JIS X 0401); above them are the invented ones of ``municipality-sample``."""
SAMPLE_CODE = "812013"


def is_code(publisher: str) -> bool:
    """Whether the id has the form of a local government code."""
    return len(publisher) == CODE and publisher.isascii() and publisher.isdigit()


def is_invented(publisher: str) -> bool:
    """Whether the id is a code of no real local government."""
    return is_code(publisher) and int(publisher[:2]) > PREFECTURES


def findings_of(publisher: str, *, sample: bool) -> Iterator[Finding]:
    """What is wrong with the id; ``sample``: the package will hold invented rows."""
    if not SLUG.fullmatch(publisher):
        yield Finding(code="publisher-id-invalid", found=publisher)
    elif is_code(publisher):
        if (digit := local_government_check_digit(publisher[:5])) != publisher[5]:
            yield Finding(code="publisher-check-digit", found=publisher, expected=digit)
        if sample and not is_invented(publisher):
            yield Finding(code="sample-publisher-real", found=publisher, expected=SAMPLE_CODE)
    elif len(publisher) == CORPORATE and publisher.isdigit() and not is_corporate_number(publisher):
        digit = corporate_number_check_digit(publisher[1:])
        yield Finding(code="corporate-check-digit", found=publisher, expected=digit)
