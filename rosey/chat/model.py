"""The words of a chat: users with their ranks, messages, and replies."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LOCAL = "local"
"""The connection of the person at the bot; what names no connection belongs to it."""

_KEY_CHARS = 100


class Rank(enum.IntEnum):
    """What a user may do; a higher rank may do all that a lower one may."""

    ANONYMOUS = -1
    GUEST = 0
    MEMBER = 1
    MODERATOR = 2
    ADMIN = 3
    OWNER = 4

    @classmethod
    def parse(cls, text: str) -> Rank:
        """The rank of that name, in any case.

        Raises:
            ValueError: There is no such rank; the message lists those that there are.
        """
        try:
            return cls[text.upper()]
        except KeyError:
            names = ", ".join(rank.name.lower() for rank in cls)
            raise ValueError(f"there is no rank {text!r}: choose one of {names}") from None

    @classmethod
    def of(cls, number: float) -> Rank:
        """The highest rank that a network's number reaches, -1 to 4; fractions count down.

        Raises:
            ValueError: The number is infinite, or none at all.
        """
        if not math.isfinite(number):
            raise ValueError(f"{number} is no rank")
        return cls(max(cls.ANONYMOUS, min(cls.OWNER, math.floor(number))))

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who chats.

    Attributes:
        name: What others see; anybody may choose any name.
        rank: What the network says that they may do.
        account: Whom the network vouches for; None for a guest. Grants go by it, never by name.
    """

    name: str
    rank: Rank = Rank.GUEST
    account: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _storable(self.name))

    @property
    def key(self) -> tuple[bool, str]:
        """By what limits tell them from others: by account, and guests by name, in any case.

        A guest who changes it is somebody else, and one who takes the name of an account too.
        Of a very long name only the beginning counts: it is kept.
        """
        if self.account is not None:
            return True, self.account[:_KEY_CHARS]
        return False, self.name[:_KEY_CHARS].casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something said to the bot, or where the bot hears it.

    Attributes:
        text: The line, as text without markup.
        user: Who said it.
        connection: The name of the connection that it came in on; replies go out there.
        is_private: Only the bot heard it.
    """

    text: str
    user: User
    connection: str
    is_private: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _storable(self.text))

    @property
    def data(self) -> dict[str, Any]:
        """The data of the event `message`."""
        return {"msg": self.text, "username": self.user.name, "message": self}

    @classmethod
    def of(cls, data: object, connection: str) -> Message:
        """The message that an event's data holds; without a `Message` it came in on `connection`.

        Data without a `Message` was made by hand: whoever it names is a guest, whatever else it
        claims.
        """
        fields = data if isinstance(data, Mapping) else {"msg": data}
        message = fields.get("message")
        if isinstance(message, Message):
            return message
        user = User(name=_text(fields.get("username")) or "guest")
        text = _text(fields.get("msg"))
        return cls(text=text, user=user, connection=connection, is_private=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Something that the bot says.

    Attributes:
        text: What it says; the connection makes it fit its network.
        connection: The name of the connection that it goes out on.
        to: The name of the user who alone gets it; None for everybody.
    """

    text: str
    connection: str
    to: str | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The data of the event `reply`."""
        return {"msg": self.text, "connection": self.connection, "to": self.to}

    @classmethod
    def of(cls, data: object, connection: str) -> Reply:
        """The reply that an event's data holds; it goes out on `connection` where it names none."""
        fields = data if isinstance(data, Mapping) else {"msg": data}
        to = fields.get("to")
        return cls(
            text=_text(fields.get("msg")),
            connection=_text(fields.get("connection")) or connection,
            to=_text(to) if to is not None else None,
        )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _storable(text: str) -> str:
    """Text without halves of surrogate pairs: a stranger can send them, nothing can store them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
