"""The outlet of a connection: replies in order, at the pace of plugin and network, in turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from rosey.chat.background import in_background
from rosey.chat.buckets import Rate, TokenBucket
from rosey.chat.damper import Line
from rosey.chat.escaping import for_log
from rosey.chat.model import Reply
from rosey.chat.reply_queue import ReplyQueue, Spoken
from rosey.chat.rules import Rules
from rosey.errors import ConnectionLostError, LimitExceededError
from rosey.plugins.calling.faults import Fault
from rosey.plugins.supervision.limits import Limits

logger = logging.getLogger(__name__)

KEPT_S = 60.0
"""Seconds that a reply is kept while the connection is down; nobody wants an older one."""

RETRY_S = 2.0
"""Seconds between two attempts while the connection is down."""

SEND_MOST_S = 20.0
"""Seconds that a network has to take a reply."""

LAST_WORDS_S = 2.0
"""Seconds that replies which wait have to go out when the connection is closed."""

_SLOWER_BY_S = 0.0001
_SLOWEST_S = 1.0

_BOTS_OWN = Limits(replies_per_s=1_000.0, reply_burst=1_000, queued_replies=1_000)


class Speaking(Protocol):
    """The part of a connection that says things; see `rosey.chat.connection.Connection`."""

    @property
    def name(self) -> str:
        """What the connection is called."""

    @property
    def pace(self) -> Rate | None:
        """How many replies the network takes."""

    async def send(self, reply: Reply) -> None:
        """Say something."""

    @property
    def is_trusted(self) -> bool:
        """Whether nothing is limited here."""


class Outlet:
    """Sends replies: at once where nothing is in the way, and else when it is their turn.

    Each plugin has a queue of its own, and the queues are served in turns: one that says too much
    waits for itself, and nobody else does. Nothing waits where only the owner listens.

    Args:
        connection: Where they go.
        rules: How much each plugin may say.
        report: Gets the faults of plugins and of the connection.
        spoke: Told of each text that went out, and what it was said to.
        wait: Waits for some seconds.
        clock: Seconds.
        slow_down: Has code whose replies are refused wait for some seconds, more each time.
    """

    def __init__(  # noqa: PLR0913  all but three by name
        self,
        connection: Speaking,
        rules: Rules,
        report: Callable[[Fault], None],
        *,
        spoke: Callable[[Line | None, str], None],
        wait: Callable[[float], Awaitable[object]],
        clock: Callable[[], float],
        slow_down: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._connection = connection
        self._rules = rules
        self._report = report
        self._spoke = spoke
        self._wait = wait
        self._clock = clock
        self._slow_down = slow_down
        self._queues: dict[str | None, ReplyQueue] = {}
        self._emptying: dict[str | None, asyncio.Task[None]] = {}
        # First come, first served; each queue has one reply in the line at most.
        self._turn = asyncio.Lock()
        self._network = TokenBucket()
        self._outage: str | None = None
        self._lost = 0

    async def say(self, reply: Reply, plugin: str | None, line: Line | None) -> None:
        """Send a reply, or let it wait for its turn, or refuse it.

        Args:
            reply: The reply.
            plugin: Who says it; None for the bot itself.
            line: What it is said to, for the damper.
        """
        queue = self._queues.get(plugin)
        if queue is None:
            queue = self._queues[plugin] = ReplyQueue(plugin)
        if plugin is not None and self._is_silenced(queue, plugin):
            return
        if self._connection.is_trusted:
            await self._say_freely(reply, plugin)
            return
        spoken = Spoken(reply=reply, line=line, since_s=self._clock())
        if self._may_go(queue):
            async with self._turn:
                if await self._try(queue, spoken):
                    return
            queue.waiting.appendleft(spoken)
        elif len(queue.waiting) < self._limits(queue).queued_replies:
            queue.waiting.append(spoken)
        else:
            self._refuse(queue)
            # Or code that does nothing but speak would keep the loop busy.
            await self._slow_down(min(_SLOWEST_S, _SLOWER_BY_S * queue.refused))
            return
        self._begin_to_empty(queue)

    async def close(self) -> None:
        """Give what waits a moment to go out, unless the connection is down, and drop the rest."""
        emptying = [*self._emptying.values()]
        if emptying and self._outage is None:
            await asyncio.wait(emptying, timeout=LAST_WORDS_S)
        for task in emptying:
            task.cancel()
        if emptying:
            await asyncio.wait(emptying)
        for queue in self._queues.values():
            self._lost += len(queue.waiting)
            queue.waiting.clear()
            self._tell_refused(queue)
        self._tell_lost()

    def _is_silenced(self, queue: ReplyQueue, plugin: str) -> bool:
        """Whether a plugin may not speak; that is told once, until it may again."""
        refusal = self._rules.refusal_of(plugin)
        if refusal is not None:
            self._rules.refused(plugin)
            if not queue.is_silenced:
                self._report(Fault.of(plugin, "reply", refusal))
        queue.is_silenced = refusal is not None
        return queue.is_silenced

    async def _say_freely(self, reply: Reply, plugin: str | None) -> None:
        try:
            await self._connection.send(reply)
        except ConnectionLostError as error:
            _tell_lost(self._connection.name, 1, str(error))
        else:
            if plugin is not None:
                self._rules.sent(plugin)

    def _limits(self, queue: ReplyQueue) -> Limits:
        return _BOTS_OWN if queue.plugin is None else self._rules.limits_of(queue.plugin)

    def _rate(self, queue: ReplyQueue) -> Rate:
        limits = self._limits(queue)
        return Rate(per_s=limits.replies_per_s, burst=limits.reply_burst)

    def _may_go(self, queue: ReplyQueue) -> bool:
        """Whether a reply may go out at once; where it may, it is counted."""
        if queue.plugin in self._emptying or self._turn.locked():
            return False
        now_s, pace = self._clock(), self._connection.pace
        if pace is not None and self._network.wait_s(pace, now_s) > 0:
            return False
        if not queue.bucket.take(self._rate(queue), now_s):
            return False
        return pace is None or self._network.take(pace, now_s)

    def _begin_to_empty(self, queue: ReplyQueue) -> None:
        if queue.plugin not in self._emptying:
            name = f"rosey-replies {self._connection.name} {queue.plugin or ''}".rstrip()
            self._emptying[queue.plugin] = in_background(self._empty(queue), name)

    async def _empty(self, queue: ReplyQueue) -> None:
        """Send what waits, in order, no faster than the plugin and the network may."""
        try:
            while queue.waiting:
                await self._pause(queue.bucket, lambda: self._rate(queue))
                async with self._turn:
                    await self._pause(self._network, lambda: self._connection.pace)
                    await self._deliver(queue)
        finally:
            del self._emptying[queue.plugin]
        self._tell_refused(queue)
        if not self._emptying:
            self._tell_lost()

    async def _pause(self, bucket: TokenBucket, rate: Callable[[], Rate | None]) -> None:
        while (now := rate()) is not None and not bucket.take(now, self._clock()):
            await self._wait(bucket.wait_s(now, self._clock()))

    async def _deliver(self, queue: ReplyQueue) -> None:
        """Send the oldest reply; while the connection is down, try again until it is too old."""
        spoken = queue.waiting[0]
        while not self._is_too_old(spoken):
            if await self._try(queue, spoken):
                break
            await self._wait(RETRY_S)
        else:
            self._lost += 1
        queue.waiting.popleft()

    def _is_too_old(self, spoken: Spoken) -> bool:
        return self._outage is not None and self._clock() - spoken.since_s > KEPT_S

    async def _try(self, queue: ReplyQueue, spoken: Spoken) -> bool:
        """Send a reply; False where the connection is down."""
        try:
            async with asyncio.timeout(SEND_MOST_S):
                await self._connection.send(spoken.reply)
        except ConnectionLostError as error:
            self._outage = str(error)
            return False
        except Exception as error:  # noqa: BLE001  a fault of the connection's is no plugin's
            self._report(Fault.of(None, f"connection {self._connection.name}", error))
            return True
        self._spoke(spoken.line, spoken.reply.text)
        if queue.plugin is not None:
            self._rules.sent(queue.plugin)
        self._tell_lost()
        self._outage = None
        return True

    def _refuse(self, queue: ReplyQueue) -> None:
        if self._outage is not None:
            self._lost += 1  # which is nobody's fault
            return
        queue.refused += 1
        if queue.plugin is not None:
            self._rules.refused(queue.plugin)
        if queue.refused == 1:
            reason = f"has {len(queue.waiting):,} replies waiting on {self._connection.name}"
            error = LimitExceededError(queue.plugin or "rosey", "queued_replies", reason)
            self._report(Fault.of(queue.plugin, "reply", error))

    def _tell_refused(self, queue: ReplyQueue) -> None:
        if queue.refused:
            name, who = self._connection.name, queue.plugin or "rosey"
            logger.warning("%s: %d replies of %s were refused", name, queue.refused, who)
            queue.refused = 0

    def _tell_lost(self) -> None:
        if self._lost:
            _tell_lost(self._connection.name, self._lost, self._outage or "it was closed")
            self._lost = 0


def _tell_lost(connection: str, count: int, why: str) -> None:
    what = "a reply was" if count == 1 else f"{count:,} replies were"
    logger.warning("%s: %s not sent: %s", connection, what, for_log(why))
