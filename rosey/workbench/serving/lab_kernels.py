"""How a JupyterLab treats kernels that are bots: it interrupts cells, and ends nothing."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, cast

from jupyter_core.utils import ensure_async
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from rosey.workbench.extension import HOW_TO_STOP


class BotKernels(AsyncMappingKernelManager):
    """Kernels of a JupyterLab, with those of running bots among them."""

    def kernel_of(self, file: Path) -> str:
        """The id of a bot's kernel.

        Args:
            file: Where the bot is published.

        Raises:
            KeyError: The bot is gone.
        """
        self.list_kernel_ids()  # it looks at the folder
        ids = {place: kernel_id for kernel_id, place in self.kernel_id_to_connection_file.items()}
        return ids[file]

    def remove_kernel(self, kernel_id: str) -> Any:  # noqa: ANN401  jupyter_client's own
        """Forget it; a bot's, which goes on, is found again."""
        self.kernel_id_to_connection_file.pop(kernel_id, None)
        return super().remove_kernel(kernel_id)

    async def interrupt_kernel(self, kernel_id: str) -> None:  # type: ignore[override]  # as the class above it does
        """Interrupt the running cell; a bot's kernel, which is nobody's child, by a message."""
        kernel: Any = self.get_kernel(kernel_id)
        if kernel.owns_kernel:
            await ensure_async(super().interrupt_kernel(kernel_id))
            return
        channel = kernel.connect_control()
        try:
            kernel.session.send(channel.socket, kernel.session.msg("interrupt_request", {}))
        finally:
            channel.close(linger=1000)

    async def restart_kernel(self, kernel_id: str, now: bool = False) -> None:  # type: ignore[override]  # noqa: FBT001, FBT002  jupyter_server's own
        """Restart it, unless it is a bot's."""
        if not self.get_kernel(kernel_id).owns_kernel:
            raise RuntimeError(f"this kernel is a running bot and goes on: {HOW_TO_STOP}")
        await super().restart_kernel(kernel_id, now=now)  # type: ignore[no-untyped-call]  # jupyter_server's own


async def bind(server: ServerApp, notebook: str, file: Path) -> None:
    """Let a notebook's kernel be that of a bot.

    Args:
        server: Which shows it.
        notebook: Its path below the server's folder.
        file: Where the bot is published.
    """
    kernels = cast("BotKernels", server.kernel_manager)
    with contextlib.suppress(KeyError):  # the bot has ended meanwhile
        await server.session_manager.create_session(
            path=notebook,
            name=Path(notebook).name,
            type="notebook",
            kernel_id=kernels.kernel_of(file),
        )


def write_notebook(path: Path) -> None:
    """Write a notebook to look at a bot with, unless the file is there."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(("%load_ext rosey\n%rosey", "%rosey panel"))
    ]
    content = {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    with contextlib.suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
