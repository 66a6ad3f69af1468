#include "clients.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "failure.h"
#include "sockets.h"

#define OPENING_AT_ONCE 64 /* more than an accept queue holds would be dropped and wait a second for their next try */

enum phase { OPENING, LOOPING, STOPPED };

static struct {
  const struct client_protocol *protocol;
  struct client_load load;
  uint32_t opened;
  uint32_t warm;
  uint32_t waiting;
  enum phase phase;
  char *clients; /* each of protocol->client_bytes */
  struct histogram *histogram;
  struct client_counts counts;
} all;

static struct client *client_at(uint32_t index) {
  return (struct client *)(all.clients + (size_t)index * all.protocol->client_bytes);
}

uint32_t clients_index(const struct client *client) {
  return (uint32_t)((size_t)((const char *)client - all.clients) / all.protocol->client_bytes);
}

static void open_connection(struct client *client) {
  client->fd = connect_to(all.load.port);
  client->is_connected = false;
  events_add(client->fd, &client->watcher, EPOLLOUT);
}

/* Sends what is missing to the number of requests that should be in flight. */
static void refill(struct client *client) {
  uint32_t wanted = all.phase == OPENING ? !client->is_warm : all.phase == LOOPING ? all.load.depth : 0;
  if (client->is_connected && client->in_flight < wanted) {
    all.protocol->send(client, wanted - client->in_flight);
  }
}

static void finish_opening(struct client *client) {
  errno = connect_outcome(client->fd);
  if (errno != 0) fail("cannot connect to port %u", all.load.port);
  if (all.load.is_secure) {
    client->secure = secure_connect(client->fd);
    if (client->secure == NULL) fail("no TLS with port %u", all.load.port);
  }
  events_change(client->fd, &client->watcher, EPOLLIN);
  client->is_connected = true;
  all.protocol->begin(client);
}

static void client_ready(struct watcher *watcher, uint32_t events) {
  struct client *client = (struct client *)watcher;
  if (!client->is_connected) finish_opening(client);
  else {
    if (events & EPOLLOUT) all.protocol->flush(client);
    if (client->is_connected && events != EPOLLOUT) all.protocol->receive(client);
  }
  refill(client);
}

static void open_next(void) {
  if (all.opened == all.load.count) return;
  struct client *client = client_at(all.opened++);
  client->watcher.ready = client_ready;
  open_connection(client);
}

void clients_sent(struct client *client) {
  client->in_flight++;
  all.waiting++;
  all.counts.sent++;
}

void clients_answered(struct client *client, uint64_t sent_ns, uint64_t time_ns) {
  client->in_flight--;
  all.waiting--;
  all.counts.answered++;
  if (all.histogram != NULL) histogram_add(all.histogram, time_ns - sent_ns);
  if (client->is_warm) return;
  client->is_warm = true;
  all.warm++;
  open_next();
}

void clients_reconnect(struct client *client) {
  if (client->secure != NULL) secure_close(client->secure);
  client->secure = NULL;
  close(client->fd);
  client->fd = -1;
  client->is_connected = false;
  all.waiting -= client->in_flight;
  client->in_flight = 0;
  if (all.phase != STOPPED) open_connection(client);
}

void clients_give_up(struct client *client, uint64_t *count) {
  *count += client->in_flight > 0 ? client->in_flight : 1;
  clients_reconnect(client);
}

void clients_ended(struct client *client) {
  if (client->in_flight > 0) clients_give_up(client, &all.counts.broken);
  else clients_reconnect(client);
}

void clients_watch(struct client *client, bool room) {
  /* Answers are read meanwhile, too: the proxy may stop to read until they are taken. */
  events_change(client->fd, &client->watcher, room ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void clients_open(const struct client_protocol *protocol, struct client_load load) {
  all.protocol = protocol;
  all.load = load;
  all.clients = calloc(load.count, protocol->client_bytes);
  if (all.clients == NULL) fail("no memory for %u clients", load.count);
  for (uint32_t i = 0; i < OPENING_AT_ONCE && i < load.count; i++) open_next();
}

bool clients_are_warm(void) { return all.warm == all.load.count; }

uint32_t clients_warm_count(void) { return all.warm; }

void clients_start(void) {
  all.phase = LOOPING;
  for (uint32_t i = 0; i < all.load.count; i++) refill(client_at(i));
}

void clients_measure(struct histogram *histogram) { all.histogram = histogram; }

void clients_stop(void) { all.phase = STOPPED; }

uint32_t clients_waiting(void) { return all.waiting; }

struct client_counts *clients_counts(void) { return &all.counts; }
