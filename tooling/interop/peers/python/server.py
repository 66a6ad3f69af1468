"""python server.py PROTOCOL TRANSPORT: prints `listening PORT MULTIPLEXED-PORT` and serves until it is ended."""

import sys
import threading
import time
from collections import Counter

from stack import PROTOCOLS, TRANSPORT_FACTORIES

from checks import Checks, Greeter
from checks.ttypes import Colour, NotFound, Parcel, Point, Refused
from thrift.server.TServer import TThreadedServer
from thrift.TMultiplexedProcessor import TMultiplexedProcessor
from thrift.transport.TSocket import TServerSocket


def same(self, value):
    return value


def fail(what):
    if what == "not found":
        raise NotFound(what)
    if what == "refused":
        raise Refused(403, "not today", Point(1, -1, "gate"))
    if what == "undeclared":
        raise ValueError("a failure that is not declared")


class Handler:
    """What the methods of checks.thrift do."""

    text = truth = tiny = small = number = large = fraction = bytes = same
    colour = account = parcel = tree = series = marks = table = notes = rows = same

    def __init__(self):
        self.note_counts = Counter()

    def nothing(self):
        pass

    def products(self, size):
        numbers = range(1, size + 1)
        return {key: {number: number * key for number in numbers} for n in numbers for key in (n, -n)}

    def maze(self, parcel):
        return {1: {Colour.RED: parcel, Colour.GREEN: parcel}, 2: {}}

    def compose(self, name, account, colour, notes):
        return Parcel(name=name, account=account, colour=colour, notes=notes)

    def find(self, what):
        fail(what)
        return Point(3, 4)

    def enter(self, what):
        fail(what)

    def note(self, value):
        self.note_counts[value] += 1

    def noteCount(self, value):
        return self.note_counts[value]

    def later(self, delayMs):
        time.sleep(delayMs / 1000)
        return delayMs

    def beside(self, key):
        return ""


class GreeterHandler:
    def greet(self, name):
        return "Good morning, " + name


def listen(processor, protocol, transport):
    """Begins to serve on a port of the system's choice, and gives that port."""
    socket = TServerSocket("127.0.0.1", 0)
    socket.listen()
    port = socket.handle.getsockname()[1]
    socket.listen = lambda: None  # the server would listen again, elsewhere
    server = TThreadedServer(processor, socket, TRANSPORT_FACTORIES[transport](), PROTOCOLS[protocol](), daemon=True)
    threading.Thread(target=server.serve, daemon=True).start()
    return port


def main(protocol, transport):
    checks = Checks.Processor(Handler())
    multiplexed = TMultiplexedProcessor()
    multiplexed.registerProcessor("Checks", checks)
    multiplexed.registerProcessor("Greeter", Greeter.Processor(GreeterHandler()))
    ports = [listen(processor, protocol, transport) for processor in (checks, multiplexed)]
    print("listening", *ports, flush=True)
    threading.Event().wait()


main(*sys.argv[1:])
