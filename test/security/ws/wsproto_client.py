"""A WebSocket client of wsproto, led by lines of JSON: commands on standard input, what it hears on standard output."""

import json
import os
import selectors
import socket
import sys

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.extensions import PerMessageDeflate
from wsproto.utilities import RemoteProtocolError


def tell(**event):
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


class Client:
    def __init__(self, opening):
        self.socket = socket.create_connection((opening["host"], opening["port"]))
        self.connection = WSConnection(ConnectionType.CLIENT)
        self.text = ""
        self.has_said_end = False
        extensions = [PerMessageDeflate()] if opening["deflate"] else []
        self.send(
            Request(
                host="%s:%d" % (opening["host"], opening["port"]),
                target=opening["target"],
                subprotocols=opening["protocols"],
                extensions=extensions,
                extra_headers=[(name.encode(), value.encode()) for name, value in opening["headers"]],
            )
        )

    def send(self, event):
        self.socket.sendall(self.connection.send(event))

    def obey(self, command):
        what = command["do"]
        if what == "text":
            self.send(TextMessage(data=command["text"]))
        elif what == "pieces":
            pieces = command["pieces"]
            for place, piece in enumerate(pieces):
                is_last = place == len(pieces) - 1
                self.send(TextMessage(data=piece, message_finished=is_last))
                if not is_last:
                    self.send(Ping(payload=b"between %d" % place))
        elif what == "ping":
            self.send(Ping(payload=command["payload"].encode()))
        elif what == "close":
            self.send(CloseConnection(code=command["code"], reason=command["reason"]))

    def hear(self):
        data = self.socket.recv(65536)
        try:
            self.connection.receive_data(data or None)
            for event in self.connection.events():
                self.handle(event)
        except RemoteProtocolError as error:
            tell(event="error", message=str(error))
            self.end(1002, "")
        if not data:
            self.end(1006, "")
            return False
        return True

    def handle(self, event):
        if isinstance(event, AcceptConnection):
            tell(event="open", protocol=event.subprotocol or "", extensions=[str(name) for name in event.extensions])
        elif isinstance(event, RejectConnection):
            tell(event="refused", status=event.status_code)
        elif isinstance(event, RejectData):
            pass
        elif isinstance(event, TextMessage):
            self.text += event.data
            if event.message_finished:
                tell(event="text", text=self.text)
                self.text = ""
        elif isinstance(event, Ping):
            self.send(event.response())
        elif isinstance(event, Pong):
            tell(event="pong", payload=bytes(event.payload).decode())
        elif isinstance(event, CloseConnection):
            if self.connection.state.name == "REMOTE_CLOSING":
                self.send(event.response())
            self.end(event.code, event.reason or "")

    def end(self, code, reason):
        if not self.has_said_end:
            tell(event="ended", code=int(code), reason=reason)
        self.has_said_end = True


def main():
    client = Client(json.loads(sys.stdin.readline()))
    selector = selectors.DefaultSelector()
    selector.register(client.socket, selectors.EVENT_READ, "socket")
    selector.register(0, selectors.EVENT_READ, "commands")
    commands = b""
    while True:
        for key, _ in selector.select():
            if key.data == "socket":
                if not client.hear():
                    return
            else:
                more = os.read(0, 65536)
                if not more:
                    return
                *lines, commands = (commands + more).split(b"\n")
                for line in lines:
                    client.obey(json.loads(line))


main()
