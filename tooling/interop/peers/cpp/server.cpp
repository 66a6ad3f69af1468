// server PROTOCOL TRANSPORT: prints `listening PORT MULTIPLEXED-PORT` and serves until it is ended.

#include <future>
#include <iostream>

#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TServerSocket.h>

#include "handler.h"
#include "stack.h"

using namespace apache::thrift;

/* Tells the port as soon as the server has one. */
class PortTeller : public server::TServerEventHandler {
 public:
  explicit PortTeller(std::shared_ptr<transport::TServerSocket> socket) : socket_(std::move(socket)) {}
  void preServe() override { port_.set_value(socket_->getPort()); }
  int port() { return port_.get_future().get(); }

 private:
  std::shared_ptr<transport::TServerSocket> socket_;
  std::promise<int> port_;
};

/* Begins to serve on a port of the system's choice, and gives that port. */
static int listen(std::shared_ptr<TProcessor> processor, char** names) {
  auto socket = std::make_shared<transport::TServerSocket>("127.0.0.1", 0);
  auto teller = std::make_shared<PortTeller>(socket);
  auto server = std::make_shared<server::TThreadedServer>(processor, socket, stack::transport_factory(names[2]),
                                                          stack::protocol_factory(names[1]));
  server->setServerEventHandler(teller);
  std::thread([server] { server->serve(); }).detach();
  return teller->port();
}

int main(int count, char** names) {
  if (count != 3) return 2;
  auto checks_processor = std::make_shared<checks::ChecksProcessor>(std::make_shared<ChecksHandler>());
  auto greeter_processor = std::make_shared<checks::GreeterProcessor>(std::make_shared<GreeterHandler>());
  auto multiplexed = std::make_shared<TMultiplexedProcessor>();
  multiplexed->registerProcessor("Checks", checks_processor);
  multiplexed->registerProcessor("Greeter", greeter_processor);
  int port = listen(checks_processor, names);
  int multiplexed_port = listen(multiplexed, names);
  std::cout << "listening " << port << " " << multiplexed_port << std::endl;
  std::promise<void>().get_future().wait();
}
