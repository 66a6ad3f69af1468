#ifndef STACK_H
#define STACK_H

#include <memory>
#include <stdexcept>
#include <string>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

/* The protocols and transports of the Thrift library by their names. */

namespace stack {

using namespace apache::thrift;

inline std::shared_ptr<protocol::TProtocolFactory> protocol_factory(const std::string& name) {
  if (name == "binary") return std::make_shared<protocol::TBinaryProtocolFactory>();
  if (name == "compact") return std::make_shared<protocol::TCompactProtocolFactory>();
  throw std::invalid_argument("unknown protocol " + name);
}

inline std::shared_ptr<transport::TTransportFactory> transport_factory(const std::string& name) {
  if (name == "buffered") return std::make_shared<transport::TBufferedTransportFactory>();
  if (name == "framed") return std::make_shared<transport::TFramedTransportFactory>();
  throw std::invalid_argument("unknown transport " + name);
}

}  // namespace stack

#endif
