"""How a notebook shows what the facade returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rosey.conversation import Exchange
from rosey.diagnostics.graph import Graph
from rosey.diagnostics.log import LogLine
from rosey.diagnostics.profile.result import MemoryProfile
from rosey.diagnostics.report.model import BugReport
from rosey.diagnostics.settings.checking import ConfigCheck
from rosey.diagnostics.settings.model import ConfigForm
from rosey.diagnostics.snapshot import BotSnapshot, PluginSnapshot
from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.state.snapshot import StateSnapshot
from rosey.diagnostics.state.tree import StateTree
from rosey.diagnostics.traces.audience import Audience
from rosey.diagnostics.traces.handler_places import HandlerPlace
from rosey.diagnostics.traces.trace import ChainTrace, EventTrace
from rosey.diagnostics.traces.window import Window
from rosey.diagnostics.trouble import Trouble
from rosey.live_config import ConfigChange
from rosey.plugins.events import Delivery
from rosey.recording.recorder import RecordingState
from rosey.rehearsal.profiling import CodeProfile
from rosey.rehearsal.timing import Timing
from rosey.test_runs.model import TestRun
from rosey.workbench.access.access import Unlocked
from rosey.workbench.calls.cells import Defined, Running, Saved
from rosey.workbench.calls.differences import Differences
from rosey.workbench.calls.forgetting import Forgotten
from rosey.workbench.calls.holding import Stepped
from rosey.workbench.calls.leaks import Leaks
from rosey.workbench.calls.memory import KeptProfile
from rosey.workbench.calls.replays import Replay, WrittenTest
from rosey.workbench.faces import (
    access_faces,
    cell_faces,
    config_faces,
    memory_faces,
    profile_faces,
    recording_faces,
    render,
    report_faces,
    state_faces,
    testing_faces,
    trace_faces,
    trouble_faces,
)
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.picture.part import Picture

FACES: Mapping[type, Callable[[Any], Answer]] = MappingProxyType(
    {
        BotSnapshot: render.status,
        Unlocked: access_faces.unlocked,
        PluginSnapshot: render.plugin,
        Delivery: render.delivery,
        Exchange: render.exchange,
        ConfigChange: lambda change: render.lines(change, change.lines),
        ConfigForm: config_faces.form,
        ConfigCheck: lambda check: render.lines(check, check.lines),
        LogLine: lambda line: render.log((line,)),
        Trouble: trouble_faces.trouble,
        Graph: lambda graph: Answer(graph, Picture(graph=graph)),
        StateSnapshot: state_faces.state,
        StateTree: state_faces.tree,
        StateChange: lambda change: render.lines(change, [str(change)]),
        Defined: cell_faces.defined,
        Saved: cell_faces.saved,
        Running: cell_faces.running,
        Differences: cell_faces.differences,
        ChainTrace: trace_faces.chain,
        EventTrace: trace_faces.event,
        Stepped: trace_faces.stepped,
        Window: trace_faces.window,
        Audience: trace_faces.audience,
        HandlerPlace: trace_faces.handler_place,
        Leaks: memory_faces.leaks,
        Forgotten: memory_faces.forgotten,
        MemoryProfile: profile_faces.profile,
        KeptProfile: lambda kept: profile_faces.profile(kept.profile),
        RecordingState: recording_faces.recording_state,
        Replay: recording_faces.replay,
        WrittenTest: recording_faces.written_test,
        TestRun: testing_faces.test_run,
        BugReport: report_faces.bug_report,
        Timing: lambda timing: render.lines(timing, timing.lines),
        CodeProfile: lambda profile: render.lines(profile, profile.lines),
    }
)
"""By type, what makes an answer of a value."""
