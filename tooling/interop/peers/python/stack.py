"""The protocols and transports of the Thrift package by their names, and the code that the compiler has generated."""

import os
import sys

sys.path.insert(0, os.environ["INTEROP_GENERATED"])

from thrift.protocol.TBinaryProtocol import TBinaryProtocolFactory
from thrift.protocol.TCompactProtocol import TCompactProtocolFactory
from thrift.transport.TTransport import TBufferedTransport, TBufferedTransportFactory
from thrift.transport.TTransport import TFramedTransport, TFramedTransportFactory

PROTOCOLS = {"binary": TBinaryProtocolFactory, "compact": TCompactProtocolFactory}
TRANSPORTS = {"buffered": TBufferedTransport, "framed": TFramedTransport}
TRANSPORT_FACTORIES = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}
