#include <stdlib.h>
#include <unistd.h>

#include "events.h"
#include "failure.h"
#include "frames.h"
#include "thrift-exchange.h"
#include "upstream.h"

#define OUTPUT_BYTES (4u << 20)

struct connection {
  struct watcher watcher;
  int fd;
  bool waits_for_room;
  struct frames frames;
};

/* The answers to what one read has brought, for one write. */
static struct {
  char bytes[OUTPUT_BYTES];
  size_t length;
} output;

static void close_connection(struct connection *connection) {
  close(connection->fd);
  forget_frames(&connection->frames);
  free(connection);
}

static bool send_output(struct connection *connection) {
  bool is_sent = output.length == 0 || send_frames(&connection->frames, connection->fd, output.bytes, output.length);
  output.length = 0;
  return is_sent;
}

/* Every byte of a call is compared: a proxy that changes one is no good. */
static bool take_call(void *owner, const char *frame, size_t length) {
  uint32_t sequence;
  if (match_thrift(&thrift_exchange.call, frame, length, &sequence) != MATCHES) {
    upstream_counts.refused++;
    return false;
  }
  upstream_counts.served++;
  if (output.length + thrift_exchange.answer.length > OUTPUT_BYTES && !send_output(owner)) return false;
  output.length += write_thrift(&thrift_exchange.answer, sequence, output.bytes + output.length);
  return true;
}

static bool answer_calls(struct connection *connection) {
  output.length = 0;
  return read_frames(&connection->frames, connection->fd, take_call, connection) == FRAMES_READ &&
         send_output(connection);
}

static void wait_for_room(struct connection *connection) {
  bool wait = frames_are_left(&connection->frames);
  if (connection->waits_for_room == wait) return;
  connection->waits_for_room = wait;
  /* Nothing is read meanwhile, so that what is left does not grow. */
  events_change(connection->fd, &connection->watcher, wait ? EPOLLOUT : EPOLLIN);
}

static void connection_ready(struct watcher *watcher, uint32_t events) {
  (void)events;
  struct connection *connection = (struct connection *)watcher;
  bool goes_on = connection->waits_for_room ? flush_frames(&connection->frames, connection->fd) : answer_calls(connection);
  if (goes_on) wait_for_room(connection);
  else close_connection(connection);
}

static void accepted(int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) fail("no memory for a connection");
  connection->watcher.ready = connection_ready;
  connection->fd = fd;
  events_add(fd, &connection->watcher, EPOLLIN);
}

void thrift_upstream_start(uint16_t port) { upstream_listen(port, accepted); }
