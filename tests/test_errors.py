"""What an error's message tells people to do."""

from __future__ import annotations

from rosey.errors import PluginLoopError, ServiceAlreadyRegistered


def test_service_that_is_taken_says_what_to_do() -> None:
    error = ServiceAlreadyRegistered("quotes", "quote_db")

    assert str(error) == ("service 'quotes' is already provided by quote_db: rename one of the two")


def test_endless_chain_says_what_to_do() -> None:
    error = PluginLoopError("echo", "said is event 18 of a chain")

    assert error.plugin == "echo"
    assert str(error) == (
        "said is event 18 of a chain: do not answer an event that your own has led to"
    )
