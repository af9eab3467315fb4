"""The editorial pages in Markdown, one folder per language, and the demonstration's files."""

from pathlib import Path

FOLDER = Path(__file__).parent
