"""What tests share: the app served, visitors with and without a browser, the programs that they need."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
