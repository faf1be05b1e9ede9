"""Socket.IO's packets, without the means to fill a server's memory."""

from __future__ import annotations

from typing import Any

import socketio.packet

MOST_ATTACHMENTS = 1  # no message of ours has any; with one it can still be answered by an error


class Packet(socketio.packet.Packet):
    """python-socketio keeps the attachments that a packet announces until the last one has come."""

    def decode(self, encoded_packet: str) -> Any:
        """How many attachments follow. Raises ValueError if they are too many."""
        attachments = super().decode(encoded_packet)
        if attachments > MOST_ATTACHMENTS:
            raise ValueError("too many attachments")
        return attachments
