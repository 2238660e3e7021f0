"""From a file to clean text: what it holds decides, whatever it is called."""

from kb.extraction.files import SIZE_LIMIT, read_file
from kb.extraction.isolation import DEADLINE
from kb.extraction.markdown import front_matter
from kb.extraction.reading import extract
from kb.extraction.record import Extracted, Form

__all__ = ["DEADLINE", "SIZE_LIMIT", "Extracted", "Form", "extract", "front_matter", "read_file"]
