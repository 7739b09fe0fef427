"""What tests of recordings are allowed."""

from __future__ import annotations

import pytest
from blockbuster import BlockBuster


@pytest.fixture(autouse=True)
def recording_may_write(blockbuster: BlockBuster) -> None:
    """Let the recorder write on the loop, as it says why it must."""
    blockbuster.functions["os.write"].can_block_in("rosey/recording/recorder.py", "_write")
