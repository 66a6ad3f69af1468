// client PROTOCOL TRANSPORT PORT MULTIPLEXED-PORT: prints a line `ok NAME` or `not ok NAME: WHY` for each check.

#include <cfloat>
#include <cmath>
#include <functional>
#include <iostream>

#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/transport/TSocket.h>

#include "Greeter.h"
#include "FutureChecks.h"
#include "stack.h"

using namespace apache::thrift;
using namespace std::string_literals;
using checks::Colour;

/* Runs one check. What it gives back is part of the line: it has to be the same through the gateway. */
static void check(const std::string& name, const std::function<std::string()>& run) {
  try {
    std::string seen = run();
    std::cout << "ok " << name << (seen.empty() ? "" : ": " + seen) << std::endl;
  } catch (const std::exception& error) {
    std::cout << "not ok " << name << ": " << error.what() << std::endl;
  }
}

template <typename Value>
static std::string equal(const Value& actual, const Value& expected) {
  if (!(actual == expected)) throw std::runtime_error("the answer is another one");
  return "";
}

/* Methods of the generated client give what is no number through a reference. */
template <typename Value, typename... Arguments>
static Value answer(checks::ChecksClient& client, void (checks::ChecksClient::*method)(Value&, const Arguments&...),
                    const Arguments&... arguments) {
  Value value;
  (client.*method)(value, arguments...);
  return value;
}

template <typename Value>
static void same(checks::ChecksClient& client, const std::string& name,
                 void (checks::ChecksClient::*method)(Value&, const Value&), const Value& value) {
  check(name, [&] { return equal(answer(client, method, value), value); });
}

template <typename Value>
static void same(checks::ChecksClient& client, const std::string& name,
                 Value (checks::ChecksClient::*method)(const Value), const std::vector<Value>& values) {
  for (size_t index = 0; index < values.size(); index++) {
    Value value = values[index];
    check(name + ", value " + std::to_string(index + 1), [&] { return equal((client.*method)(value), value); });
  }
}

template <typename Error>
static Error thrown(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("nothing was thrown");
}

static std::string application_exception(const std::function<void()>& call) {
  auto error = thrown<TApplicationException>(call);
  return "type " + std::to_string(error.getType()) + ", " + error.what();
}

static checks::Point point(int32_t x, int32_t y, const std::string& label = "") {
  checks::Point made;
  made.x = x;
  made.y = y;
  if (!label.empty()) made.__set_label(label);
  return made;
}

static checks::Parcel parcel() {
  checks::Parcel made;
  made.name = "książka 📚";
  made.fragile = true;
  made.code = INT8_MIN;
  made.shelf = INT16_MIN;
  made.count = INT32_MIN;
  made.account = INT64_MIN;
  made.weight = -0.1;
  for (int byte = 255; byte >= 0; byte--) made.seal.push_back(static_cast<char>(byte));
  made.colour = Colour::BLUE;
  made.place = point(-7, INT32_MAX, "here");
  made.way = {point(-7, INT32_MAX), point(-7, INT32_MAX, "there")};
  made.notes = {{"a", ""}, {"", "b"}, {"ü", "ß"}};
  made.marks = {1, 2, 3};
  made.footer = "end";
  return made;
}

static checks::Tree tree_of(int depth) {
  checks::Tree made;
  made.name = "at " + std::to_string(depth);
  if (depth > 0) made.branches.push_back(tree_of(depth - 1));
  return made;
}

static std::string repeated(const std::string& text, int times) {
  std::string made;
  for (int i = 0; i < times; i++) made += text;
  return made;
}

/* Methods that answer with their argument. */
static void check_values(checks::ChecksClient& client) {
  using Client = checks::ChecksClient;
  check("nothing", [&] { return client.nothing(), ""; });
  same(client, "text, empty", &Client::text, ""s);
  same(client, "text, unicode", &Client::text, "Zażółć gęślą jaźń, 日本語, עברית, 📦\0\t\r\n\"\\"s);
  same(client, "text, long", &Client::text, repeated("long text ", 20000));
  same(client, "truth", &Client::truth, {true, false});
  same(client, "tiny", &Client::tiny, {0, -1, INT8_MAX, INT8_MIN});
  same(client, "small", &Client::small, {0, -1, INT16_MAX, INT16_MIN});
  same(client, "number", &Client::number, {0, -1, INT32_MAX, INT32_MIN});
  same(client, "large", &Client::large, {0, -1, INT64_MAX, INT64_MIN});
  same(client, "fraction", &Client::fraction, {0.0, -1.5, DBL_MAX, 5e-324, static_cast<double>(INFINITY)});
  same(client, "bytes, empty", &Client::bytes, ""s);
  same(client, "bytes, each of them", &Client::bytes, parcel().seal);
  same(client, "bytes, 1 MiB", &Client::bytes, repeated("monolake", 1 << 17));
  same(client, "colour", &Client::colour, {Colour::BLUE});
  same(client, "account", &Client::account, {0x100000001});
  same(client, "parcel", &Client::parcel, parcel());
  same(client, "tree, 30 deep", &Client::tree, tree_of(30));
  same(client, "series, empty", &Client::series, std::vector<int32_t>{});
  same(client, "series", &Client::series, std::vector<int32_t>{3, -1, INT32_MAX});
  same(client, "marks", &Client::marks, std::set<int32_t>{1, 2, 3});
  same(client, "table", &Client::table, std::map<int32_t, int32_t>{{0, 1}, {-5, 5}});
  same(client, "notes, empty", &Client::notes, std::map<std::string, std::string>{});
  same(client, "notes", &Client::notes, std::map<std::string, std::string>{{"a", "2"}, {"some words", "thing"}});
  same(client, "rows", &Client::rows, std::vector<std::vector<std::string>>{{"a"}, {}, {"b", "c"}});
}

static void check_answers(checks::ChecksClient& client) {
  check("products", [&] {
    std::map<int32_t, std::map<int32_t, int32_t>> products;
    client.products(products, 2);
    return equal(products, {{1, {{1, 1}, {2, 2}}}, {-1, {{1, -1}, {2, -2}}}, {2, {{1, 2}, {2, 4}}}, {-2, {{1, -2}, {2, -4}}}});
  });
  check("maze", [&] {
    std::map<checks::Account, std::map<Colour::type, checks::Parcel>> maze;
    client.maze(maze, parcel());
    return equal(maze, {{1, {{Colour::RED, parcel()}, {Colour::GREEN, parcel()}}}, {2, {}}});
  });
  check("compose", [&] {
    checks::Parcel composed;
    client.compose(composed, "four", INT64_MAX, Colour::GREEN, {{"a", "b"}});
    return equal(composed.name, "four"s) + equal(composed.account, INT64_MAX) +
           equal(composed.colour, Colour::GREEN) + equal(composed.notes, {{"a", "b"}});
  });
  checks::Point found;
  check("find", [&] { return client.find(found, "it"), equal(found, point(3, 4)); });
  check("enter", [&] { return client.enter("it"), ""; });
}

static void check_exceptions(checks::ChecksClient& client) {
  checks::Point found;
  check("exception, declared first", [&] {
    return equal(thrown<checks::NotFound>([&] { client.find(found, "not found"); }).key, "not found"s);
  });
  check("exception, declared second", [&] {
    auto error = thrown<checks::Refused>([&] { client.find(found, "refused"); });
    return equal(error.code, 403) + equal(error.reason, "not today"s) + equal(error.place, point(1, -1, "gate"));
  });
  check("exception, undeclared", [&] { return application_exception([&] { client.find(found, "undeclared"); }); });
  check("exception of a void method", [&] {
    return equal(thrown<checks::NotFound>([&] { client.enter("not found"); }).key, "not found"s);
  });
}

/* On a connection of its own: some servers close it after their answer. */
static void check_unknown(const std::shared_ptr<protocol::TProtocol>& protocol) {
  checks::FutureChecksClient client(protocol);
  std::string text;
  check("unknown method", [&] { return application_exception([&] { client.missing(text, "?"); }); });
}

static void check_oneway(checks::ChecksClient& client, const std::string& value) {
  check("oneway, carried out once", [&] {
    client.note(value);
    int32_t count = 0;
    for (int tries = 0; count == 0 && tries < 1000; tries++) count = client.noteCount(value);
    return equal(count, 1);
  });
}

/* The two halves of a generated method do not have to alternate. */
static void check_pipelined(checks::ChecksClient& client) {
  check("pipelined calls", [&] {
    for (int32_t number = 0; number < 100; number++) client.send_number(number);
    for (int32_t number = 0; number < 100; number++) equal(client.recv_number(), number);
    return "";
  });
}

static void check_multiplexed(const std::shared_ptr<protocol::TProtocol>& protocol) {
  checks::ChecksClient client(std::make_shared<protocol::TMultiplexedProtocol>(protocol, "Checks"));
  checks::GreeterClient greeter(std::make_shared<protocol::TMultiplexedProtocol>(protocol, "Greeter"));
  std::string text;
  check("multiplexed, first service", [&] { return client.text(text, "a"), equal(text, "a"s); });
  check("multiplexed, second service", [&] { return greeter.greet(text, "Ada"), equal(text, "Good morning, Ada"s); });
}

static std::shared_ptr<protocol::TProtocol> connect(char** names, const std::string& port) {
  auto socket = std::make_shared<transport::TSocket>("127.0.0.1", std::stoi(port));
  socket->setRecvTimeout(10000);
  auto transport = stack::transport_factory(names[2])->getTransport(socket);
  transport->open();
  return stack::protocol_factory(names[1])->getProtocol(transport);
}

int main(int count, char** names) {
  if (count != 5) return 2;
  checks::ChecksClient client(connect(names, names[3]));
  check_values(client);
  check_answers(client);
  check_exceptions(client);
  check_oneway(client, names[3] + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()));
  check_pipelined(client);
  check_unknown(connect(names, names[3]));
  if (names[4] == "0"s) std::cout << "skip multiplexed: the server does not have it" << std::endl;
  else check_multiplexed(connect(names, names[4]));
}
