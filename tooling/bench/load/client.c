#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer-head.h"
#include "clock.h"
#include "events.h"
#include "exchange.h"
#include "failure.h"
#include "sockets.h"

#define MAX_HEAD_BYTES 4096
#define RECEIVE_BYTES 65536 /* small enough to stay in the cache between the copy and the comparison */
#define OPENING_AT_ONCE 64  /* more than an accept queue holds would be dropped and wait a second for their next try */

enum phase { OPENING, LOOPING, STOPPED };
enum state { CONNECTING, READING_HEAD, READING_BODY };

struct client {
  struct watcher watcher;
  int fd;
  enum state state;
  uint32_t sequence;
  bool is_warm;
  bool waits; /* for an answer */
  bool closes;
  bool is_checked; /* whether the body should be the expected one */
  bool is_wrong;   /* the body has differed already */
  size_t body_bytes;
  size_t received_bytes;
  size_t head_bytes;
  uint64_t sent_ns;
  char id[ID_LENGTH];
  char head[MAX_HEAD_BYTES];
};

static struct {
  uint16_t port;
  uint32_t count;
  uint32_t opened;
  uint32_t warm;
  uint32_t waiting;
  enum phase phase;
  struct client *clients;
  const char *body;
  size_t body_bytes;
  struct histogram *histogram;
  struct client_counts counts;
  char request[1024];
  size_t request_bytes;
} all;

static void client_ready(struct watcher *watcher, uint32_t events);

/* About what a browser sends, 330 bytes: the length of a head is part of a proxy's work. */
static void make_request(void) {
  int length = snprintf(all.request, sizeof all.request,
                        REQUEST_START "%0*d?fields=name,price HTTP/1.1\r\n"
                                      "Host: 127.0.0.1:%u\r\n"
                                      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101\r\n"
                                      "Accept: text/html,application/json;q=0.9,*/*;q=0.8\r\n"
                                      "Accept-Language: en-US,en;q=0.5\r\n"
                                      "Accept-Encoding: gzip, deflate, br\r\n"
                                      "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n",
                        ID_LENGTH, 0, all.port);
  all.request_bytes = (size_t)length;
}

/* Every request of a run has another id: the number of its client, then its own. */
static void write_id(struct client *client) {
  static const char digits[] = "0123456789abcdef";
  uint64_t id = (uint64_t)(client - all.clients) << 32 | client->sequence++;
  for (int i = ID_LENGTH - 1; i >= 0; i--, id >>= 4) client->id[i] = digits[id & 15];
}

static void open_connection(struct client *client) {
  client->fd = connect_to(all.port);
  client->state = CONNECTING;
  client->closes = false;
  events_add(client->fd, &client->watcher, EPOLLOUT);
}

static void open_next(void) {
  if (all.opened == all.count) return;
  struct client *client = &all.clients[all.opened++];
  client->watcher.ready = client_ready;
  open_connection(client);
}

static void reconnect(struct client *client) {
  close(client->fd);
  client->fd = -1;
  if (client->waits) all.waiting--;
  client->waits = false;
  if (all.phase != STOPPED) open_connection(client);
}

/* Gives up on an answer, and its connection with it: where the next answer begins is unknown. */
static void give_up(struct client *client, uint64_t *count) {
  ++*count;
  reconnect(client);
}

static void send_request(struct client *client, uint64_t time_ns) {
  client->state = READING_HEAD;
  client->head_bytes = 0;
  write_id(client);
  memcpy(all.request + sizeof REQUEST_START - 1, client->id, ID_LENGTH);
  client->sent_ns = time_ns;
  client->waits = true;
  all.waiting++;
  all.counts.sent++;
  ssize_t written = send(client->fd, all.request, all.request_bytes, MSG_NOSIGNAL);
  if (written != (ssize_t)all.request_bytes) give_up(client, &all.counts.broken);
}

static void count_warm(struct client *client) {
  if (client->is_warm) return;
  client->is_warm = true;
  all.warm++;
  open_next();
}

static void finish_answer(struct client *client) {
  uint64_t time_ns = now_ns();
  all.counts.answered++;
  all.waiting--;
  client->waits = false;
  if (client->is_wrong) all.counts.wrong_body++;
  if (all.histogram != NULL) histogram_add(all.histogram, time_ns - client->sent_ns);
  count_warm(client);
  if (client->closes) reconnect(client);
  else if (all.phase == LOOPING) send_request(client, time_ns);
}

/* Compares what has come of the body with what should have come. */
static void check_body(struct client *client, const char *bytes, size_t length) {
  if (!client->is_checked || client->is_wrong) return;
  client->is_wrong = memcmp(bytes, all.body + client->received_bytes, length) != 0;
}

static void read_body(struct client *client, const char *bytes, size_t length) {
  if (length > client->body_bytes - client->received_bytes) return give_up(client, &all.counts.malformed);
  check_body(client, bytes, length);
  client->received_bytes += length;
  if (client->received_bytes == client->body_bytes) finish_answer(client);
}

static bool begin_body(struct client *client, size_t head_bytes) {
  struct answer_head head;
  if (!read_answer_head(client->head, head_bytes, &head)) return false;
  bool is_ok = head.status >= 200 && head.status <= 299;
  if (!is_ok) all.counts.not_ok++;
  else if (head.id == NULL || memcmp(head.id, client->id, ID_LENGTH) != 0) all.counts.wrong_answer++;
  client->state = READING_BODY;
  client->closes = head.closes;
  client->body_bytes = head.body_bytes;
  client->received_bytes = 0;
  client->is_checked = is_ok && head.body_bytes == all.body_bytes;
  client->is_wrong = is_ok && head.body_bytes != all.body_bytes;
  return true;
}

static void read_head(struct client *client, const char *bytes, size_t length) {
  size_t before = client->head_bytes;
  size_t room = MAX_HEAD_BYTES - before;
  size_t taken = length < room ? length : room;
  memcpy(client->head + before, bytes, taken);
  client->head_bytes += taken;
  const char *end = memmem(client->head, client->head_bytes, "\r\n\r\n", 4);
  if (end == NULL) {
    if (client->head_bytes == MAX_HEAD_BYTES) give_up(client, &all.counts.malformed);
    return;
  }
  size_t head_bytes = (size_t)(end + 4 - client->head);
  if (!begin_body(client, head_bytes)) return give_up(client, &all.counts.malformed);
  size_t used = head_bytes - before;
  read_body(client, bytes + used, length - used);
}

static void receive(struct client *client) {
  static char buffer[RECEIVE_BYTES];
  ssize_t length = recv(client->fd, buffer, sizeof buffer, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) {
    /* The end of a connection that owes nothing is no fault of the proxy. */
    if (client->waits) give_up(client, &all.counts.broken);
    else reconnect(client);
  } else if (!client->waits) give_up(client, &all.counts.malformed);
  else if (client->state == READING_HEAD) read_head(client, buffer, (size_t)length);
  else read_body(client, buffer, (size_t)length);
}

static void client_ready(struct watcher *watcher, uint32_t events) {
  (void)events;
  struct client *client = (struct client *)watcher;
  if (client->state != CONNECTING) return receive(client);
  errno = connect_outcome(client->fd);
  if (errno != 0) fail("cannot connect to port %u", all.port);
  events_change(client->fd, watcher, EPOLLIN);
  client->state = READING_HEAD;
  if (all.phase != STOPPED) send_request(client, now_ns());
}

void clients_open(uint16_t port, uint32_t count, const char *body, size_t body_bytes) {
  all.port = port;
  all.count = count;
  all.body = body;
  all.body_bytes = body_bytes;
  all.clients = calloc(count, sizeof *all.clients);
  if (all.clients == NULL) fail("no memory for %u clients", count);
  make_request();
  for (uint32_t i = 0; i < OPENING_AT_ONCE && i < count; i++) open_next();
}

bool clients_are_warm(void) { return all.warm == all.count; }

uint32_t clients_warm_count(void) { return all.warm; }

void clients_start(void) {
  all.phase = LOOPING;
  for (uint32_t i = 0; i < all.count; i++) {
    struct client *client = &all.clients[i];
    if (client->state != CONNECTING && !client->waits) send_request(client, now_ns());
  }
}

void clients_measure(struct histogram *histogram) { all.histogram = histogram; }

void clients_stop(void) { all.phase = STOPPED; }

uint32_t clients_waiting(void) { return all.waiting; }

struct client_counts clients_counts(void) { return all.counts; }
