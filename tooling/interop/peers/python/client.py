"""python client.py PROTOCOL TRANSPORT PORT MULTIPLEXED-PORT: prints a line `ok NAME` or `not ok NAME: WHY` for each check."""

import math
import sys
import uuid

from stack import PROTOCOLS, TRANSPORTS

from checks import Checks, Greeter, FutureChecks
from checks.ttypes import Colour, NotFound, Parcel, Point, Refused, Tree
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.Thrift import TApplicationException
from thrift.transport.TSocket import TSocket

POINT = Point(-7, 2147483647, "here")
PARCEL = Parcel(
    name="książka 📚",
    fragile=True,
    code=-128,
    shelf=-32768,
    count=-2147483648,
    account=-(2**63),
    weight=-0.1,
    seal=bytes(range(255, -1, -1)),
    colour=Colour.BLUE,
    place=POINT,
    way=[Point(-7, 2147483647), POINT],
    notes={"a": "", "": "b", "ü": "ß"},
    marks={1, 2, 3},
    footer="end",
)


def tree_of(depth):
    return Tree("at %d" % depth, [tree_of(depth - 1)] if depth > 0 else [])


def check(name, run):
    """Runs one check. What it gives back is part of the line: it has to be the same through the gateway."""
    try:
        seen = run()
        print("ok %s" % name if seen is None else "ok %s: %s" % (name, seen), flush=True)
    except Exception as error:
        print("not ok %s: %r" % (name, error), flush=True)


def equal(actual, expected):
    if actual != expected:
        raise AssertionError("%r instead of %r" % (actual, expected))


def thrown(kind, call, *arguments):
    try:
        call(*arguments)
    except kind as error:
        return error
    raise AssertionError("nothing was thrown")


def application_exception(call, *arguments):
    error = thrown(TApplicationException, call, *arguments)
    return "type %s, %s" % (error.type, error.message)


def check_values(client):
    """Methods that answer with their argument."""
    values = [
        ("text, empty", "text", ""),
        ("text, unicode", "text", "Zażółć gęślą jaźń, 日本語, עברית, 📦\0\t\r\n\"\\"),
        ("text, long", "text", "long text " * 20000),
        ("truth, true", "truth", True),
        ("truth, false", "truth", False),
        *[("tiny %d" % value, "tiny", value) for value in (0, -1, 127, -128)],
        *[("small %d" % value, "small", value) for value in (0, -1, 32767, -32768)],
        *[("number %d" % value, "number", value) for value in (0, -1, 2147483647, -2147483648)],
        *[("large %d" % value, "large", value) for value in (0, -1, 2**63 - 1, -(2**63))],
        *[("fraction %r" % value, "fraction", value) for value in (0.0, -1.5, sys.float_info.max, 5e-324, math.inf)],
        ("bytes, empty", "bytes", b""),
        ("bytes, each of them", "bytes", PARCEL.seal),
        ("bytes, 1 MiB", "bytes", b"monolake" * (1 << 17)),
        ("colour", "colour", Colour.BLUE),
        ("account", "account", 0x100000001),
        ("parcel", "parcel", PARCEL),
        ("tree, 30 deep", "tree", tree_of(30)),
        ("series, empty", "series", []),
        ("series", "series", [3, -1, 2147483647]),
        ("marks", "marks", {1, 2, 3}),
        ("table", "table", {0: 1, -5: 5}),
        ("notes, empty", "notes", {}),
        ("notes", "notes", {"a": "2", "b": "blah", "some words": "thing"}),
        ("rows", "rows", [["a"], [], ["b", "c"]]),
    ]
    check("nothing", lambda: equal(client.nothing(), None))
    for name, method, value in values:
        check(name, lambda: equal(getattr(client, method)(value), value))


def check_answers(client):
    products = {1: {1: 1, 2: 2}, -1: {1: -1, 2: -2}, 2: {1: 2, 2: 4}, -2: {1: -2, 2: -4}}
    check("products", lambda: equal(client.products(2), products))
    check("maze", lambda: equal(client.maze(PARCEL), {1: {Colour.RED: PARCEL, Colour.GREEN: PARCEL}, 2: {}}))
    check("compose", lambda: check_composed(client.compose("four", 2**63 - 1, Colour.GREEN, {"a": "b"})))
    check("find", lambda: equal(client.find("it"), Point(3, 4)))
    check("exception, declared first", lambda: equal(thrown(NotFound, client.find, "not found"), NotFound("not found")))
    check(
        "exception, declared second",
        lambda: equal(thrown(Refused, client.find, "refused"), Refused(403, "not today", Point(1, -1, "gate"))),
    )
    check("exception, undeclared", lambda: application_exception(client.find, "undeclared"))
    check("enter", lambda: equal(client.enter("it"), None))
    check("exception of a void method", lambda: equal(thrown(NotFound, client.enter, "not found").key, "not found"))


def check_composed(parcel):
    """Some servers send fields that nobody has set, with a value of their own."""
    equal((parcel.name, parcel.account, parcel.colour, parcel.notes), ("four", 2**63 - 1, Colour.GREEN, {"a": "b"}))


def check_oneway(client):
    value = str(uuid.uuid4())
    client.note(value)
    counts = (client.noteCount(value) for _ in range(1000))
    equal(next((count for count in counts if count > 0), 0), 1)


def check_pipelined(client):
    """The generated client waits for each answer; its two halves do not have to alternate."""
    for number in range(100):
        client.send_number(number)
    equal([client.recv_number() for _ in range(100)], list(range(100)))


def check_multiplexed(protocol):
    checks = Checks.Client(TMultiplexedProtocol(protocol, "Checks"))
    greeter = Greeter.Client(TMultiplexedProtocol(protocol, "Greeter"))
    check("multiplexed, first service", lambda: equal(checks.text("a"), "a"))
    check("multiplexed, second service", lambda: equal(greeter.greet("Ada"), "Good morning, Ada"))


def main(protocol, transport, port, multiplexed_port):
    def connect(to):
        socket = TSocket("127.0.0.1", int(to))
        socket.setTimeout(10000)
        connection = TRANSPORTS[transport](socket)
        connection.open()
        return PROTOCOLS[protocol]().getProtocol(connection)

    client = Checks.Client(connect(port))
    check_values(client)
    check_answers(client)
    check("oneway, carried out once", lambda: check_oneway(client))
    check("pipelined calls", lambda: check_pipelined(client))
    # Some servers close the connection after their answer.
    future = FutureChecks.Client(connect(port))
    check("unknown method", lambda: application_exception(future.missing, "?"))
    if multiplexed_port == "0":
        print("skip multiplexed: the server does not have it")
    else:
        check_multiplexed(connect(multiplexed_port))


main(*sys.argv[1:])
