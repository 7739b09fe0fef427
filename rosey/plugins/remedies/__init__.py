"""What a generation leaves behind outside its ledger, and how that is taken back or kept apart."""

from __future__ import annotations

from rosey.plugins.remedies.origin import Origin
from rosey.plugins.remedies.schemas import settle_schemas
from rosey.plugins.remedies.shared import Shared
from rosey.plugins.remedies.table import remedy

__all__ = ["Origin", "Shared", "remedy", "settle_schemas"]
