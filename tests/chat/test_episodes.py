"""Of what happens again and again, its beginning and its end are told."""

from __future__ import annotations

from rosey.chat.episodes import EPISODES_MOST, QUIET_S, Episodes


def test_episode_begins_once_and_counts_all() -> None:
    episodes = Episodes()

    begun = [episodes.note("user", "bob", "Bob", float(second)) for second in range(5)]

    assert [episode is not None for episode in begun] == [True, False, False, False, False]
    (episode,) = episodes.end()
    assert (episode.user, episode.reason, episode.count) == ("Bob", "user", 5)
    assert (episode.began_s, episode.last_s) == (0.0, 4.0)


def test_episode_ends_after_a_pause_and_the_next_one_is_another() -> None:
    episodes = Episodes()
    episodes.note("user", "bob", "Bob", 0.0)
    episodes.note("user", "bob", "Bob", 5.0)

    assert episodes.ended(5.0 + QUIET_S - 0.1) == []
    assert [episode.count for episode in episodes.ended(5.0 + QUIET_S)] == [2]
    assert episodes.ended(100.0) == []
    assert episodes.note("user", "bob", "Bob", 100.0) is not None


def test_users_and_reasons_have_episodes_of_their_own() -> None:
    episodes = Episodes()
    for reason, key in [("user", "bob"), ("user", "eve"), ("ignored", "bob"), ("channel", None)]:
        assert episodes.note(reason, key, key, 0.0) is not None

    assert len(episodes) == 4


def test_clock_that_goes_back_ends_an_episode() -> None:
    episodes = Episodes()
    episodes.note("user", "bob", "Bob", 100.0)

    assert [episode.count for episode in episodes.ended(1.0)] == [1]


def test_crowd_shares_one_episode_and_the_channel_keeps_its_own() -> None:
    episodes = Episodes()

    for number in range(100_000):
        episodes.note("user", number, f"user{number}", 0.0)
    episodes.note("channel", None, None, 0.0)

    ended = episodes.end()
    assert len(ended) == EPISODES_MOST + 2
    assert sum(episode.count for episode in ended) == 100_001
    assert [e.count for e in ended if e.user is None] == [100_000 - EPISODES_MOST, 1]
    assert len(episodes) == 0
