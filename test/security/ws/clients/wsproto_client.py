"""WebSocket clients of wsproto, led by lines of JSON: commands on standard input, what they hear on standard output."""

import json
import os
import selectors
import socket
import sys
from base64 import b64decode, b64encode

from wsproto import ConnectionType, WSConnection
from wsproto.connection import Connection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.extensions import PerMessageDeflate
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError


def masked_by_wsproto(payload):
    """The mask and the masked payload of a whole frame, as wsproto writes them."""
    written = Connection(ConnectionType.CLIENT).send(BytesMessage(data=payload))
    start = {126: 4, 127: 10}.get(written[1] & 0x7F, 2)
    return written[start:]


class Client:
    def __init__(self, command):
        self.on = command["on"]
        self.socket = socket.create_connection((command["host"], command["port"]))
        self.connection = WSConnection(ConnectionType.CLIENT)
        self.text = ""
        self.has_said_end = False
        extensions = [PerMessageDeflate()] if command["deflate"] else []
        self.send(
            Request(
                host="%s:%d" % (command["host"], command["port"]),
                target=command["target"],
                subprotocols=command["protocols"],
                extensions=extensions,
                extra_headers=[(name.encode(), value.encode()) for name, value in command["headers"]],
            )
        )

    def tell(self, **event):
        sys.stdout.write(json.dumps(dict(event, on=self.on)) + "\n")
        sys.stdout.flush()

    def send(self, event):
        try:
            self.write(self.connection.send(event))
        except LocalProtocolError:
            pass  # It has ended meanwhile.

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # The other side has gone: what it said before is still to be read.

    def obey(self, command):
        what = command["do"]
        payload = b64decode(command.get("payload", ""))
        if what == "text":
            self.send(TextMessage(data=command["text"], message_finished=command["last"]))
        elif what == "bytes":
            self.send(BytesMessage(data=payload, message_finished=command["last"]))
        elif what == "ping":
            self.send(Ping(payload=payload))
        elif what == "pong":
            self.send(Pong(payload=payload))
        elif what == "close":
            code = command.get("code")
            if code is None:
                self.send(CloseConnection(code=CloseReason.NO_STATUS_RCVD))
            else:
                self.send(CloseConnection(code=code, reason=command["reason"]))
        elif what == "recast":
            body = masked_by_wsproto(payload) if command["masked"] else payload
            self.write(b64decode(command["header"]) + body)

    def hear(self):
        """False when nothing more can come."""
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        if self.has_said_end:
            return bool(data)
        try:
            self.connection.receive_data(data or None)
            for event in self.connection.events():
                self.handle(event)
        except RemoteProtocolError:
            self.end(1002, "")
        if not data:
            self.end(1006, "")
        return bool(data)

    def handle(self, event):
        if isinstance(event, AcceptConnection):
            self.tell(event="open", protocol=event.subprotocol or "", extensions=[str(name) for name in event.extensions])
        elif isinstance(event, RejectConnection):
            self.tell(event="refused", status=event.status_code)
        elif isinstance(event, RejectData):
            pass
        elif isinstance(event, TextMessage):
            self.text += event.data
            if event.message_finished:
                self.tell(event="text", text=self.text)
                self.text = ""
        elif isinstance(event, Ping):
            self.send(event.response())
        elif isinstance(event, Pong):
            self.tell(event="pong", payload=b64encode(bytes(event.payload)).decode())
        elif isinstance(event, CloseConnection):
            if self.connection.state.name == "REMOTE_CLOSING":
                self.send(event.response())
            self.end(event.code, event.reason or "")

    def end(self, code, reason):
        if not self.has_said_end:
            self.tell(event="ended", code=int(code), reason=reason)
        self.has_said_end = True


def main():
    clients = {}
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)

    def obey(command):
        on = command["on"]
        if command["do"] == "open":
            clients[on] = Client(command)
            selector.register(clients[on].socket, selectors.EVENT_READ, clients[on])
        elif on in clients and command["do"] == "drop":
            leave(clients[on])
        elif on in clients:
            clients[on].obey(command)

    def leave(client):
        selector.unregister(client.socket)
        client.socket.close()
        del clients[client.on]

    commands = b""
    while True:
        for key, _ in selector.select():
            if key.data is not None:
                if key.data.on in clients and not key.data.hear():
                    leave(key.data)
                continue
            more = os.read(0, 1 << 20)
            if not more:
                return
            *lines, commands = (commands + more).split(b"\n")
            for line in lines:
                obey(json.loads(line))


main()
