#define _GNU_SOURCE
#include "http-exchange.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "events.h"
#include "failure.h"
#include "upstream.h"

#define RECEIVE_BYTES 16384
#define MAX_HEAD_BYTES 8192
#define MIN_HEAD_BYTES 40 /* REQUEST_START, an id, " HTTP/1.1" and two line ends */
#define MAX_QUEUED ((RECEIVE_BYTES + MAX_HEAD_BYTES) / MIN_HEAD_BYTES)
#define PARTS 3 /* of an answer: what precedes the id, the id, what follows */
#define ANSWERS_PER_WRITE 64

struct connection {
  struct watcher watcher;
  int fd;
  bool waits_for_room;
  size_t partial_bytes; /* the beginning of a head whose end has not come yet */
  size_t sent_bytes;    /* of the first queued answer */
  unsigned first_queued;
  unsigned queued_end;
  char partial[MAX_HEAD_BYTES];
  char queued[MAX_QUEUED][ID_LENGTH];
};

static struct iovec answer_start;
static struct iovec answer_rest; /* the head's end and the body, in one piece */

static void close_connection(struct connection *connection) {
  close(connection->fd);
  free(connection);
}

/* Queues the answer to one request. Only its beginning is looked at: more would be the proxy's work done twice. */
static bool queue_answer(struct connection *connection, const char *head, size_t head_bytes) {
  const size_t start_bytes = sizeof REQUEST_START - 1;
  if (head_bytes < MIN_HEAD_BYTES || memcmp(head, REQUEST_START, start_bytes) != 0) return false;
  memcpy(connection->queued[connection->queued_end++], head + start_bytes, ID_LENGTH);
  upstream_counts.served++;
  return true;
}

/* Queues an answer for each whole head, and keeps the rest. */
static bool read_heads(struct connection *connection, const char *bytes, size_t length) {
  const char *end_of_bytes = bytes + length;
  for (const char *end; (end = memmem(bytes, (size_t)(end_of_bytes - bytes), "\r\n\r\n", 4)) != NULL; bytes = end + 4) {
    if (!queue_answer(connection, bytes, (size_t)(end + 4 - bytes))) return false;
  }
  connection->partial_bytes = (size_t)(end_of_bytes - bytes);
  if (connection->partial_bytes > MAX_HEAD_BYTES) return false;
  memcpy(connection->partial, bytes, connection->partial_bytes);
  return true;
}

/* Adds what is left of a buffer after `skip` bytes; gives how much of `skip` lies behind this buffer. */
static size_t add_part(struct msghdr *message, void *start, size_t length, size_t skip) {
  if (skip >= length) return skip - length;
  message->msg_iov[message->msg_iovlen++] = (struct iovec){(char *)start + skip, length - skip};
  return 0;
}

/* One write for all queued answers. */
static ssize_t write_answers(struct connection *connection) {
  struct iovec parts[PARTS * ANSWERS_PER_WRITE];
  struct msghdr message = {.msg_iov = parts};
  size_t skip = connection->sent_bytes;
  for (unsigned i = connection->first_queued; i < connection->queued_end; i++) {
    if (i == connection->first_queued + ANSWERS_PER_WRITE) break;
    skip = add_part(&message, answer_start.iov_base, answer_start.iov_len, skip);
    skip = add_part(&message, connection->queued[i], ID_LENGTH, skip);
    skip = add_part(&message, answer_rest.iov_base, answer_rest.iov_len, skip);
  }
  return sendmsg(connection->fd, &message, MSG_NOSIGNAL);
}

static void wait_for_room(struct connection *connection, bool wait) {
  if (connection->waits_for_room == wait) return;
  connection->waits_for_room = wait;
  /* Nothing is read meanwhile, so that the queue cannot overflow. */
  events_change(connection->fd, &connection->watcher, wait ? EPOLLOUT : EPOLLIN);
}

/* Writes until the queue is empty or the socket is full. */
static bool flush_answers(struct connection *connection) {
  const size_t answer_bytes = answer_start.iov_len + ID_LENGTH + answer_rest.iov_len;
  while (connection->first_queued < connection->queued_end) {
    ssize_t written = write_answers(connection);
    if (written < 0 && errno == EAGAIN) {
      wait_for_room(connection, true);
      return true;
    }
    if (written < 0) return false;
    size_t bytes = connection->sent_bytes + (size_t)written;
    connection->first_queued += (unsigned)(bytes / answer_bytes);
    connection->sent_bytes = bytes % answer_bytes;
  }
  connection->first_queued = connection->queued_end = 0;
  wait_for_room(connection, false);
  return true;
}

static bool read_and_answer(struct connection *connection) {
  static char buffer[MAX_HEAD_BYTES + RECEIVE_BYTES];
  size_t kept = connection->partial_bytes;
  ssize_t length = recv(connection->fd, buffer + kept, RECEIVE_BYTES, 0);
  if (length < 0 && errno == EAGAIN) return true;
  if (length <= 0) return false;
  memcpy(buffer, connection->partial, kept);
  if (!read_heads(connection, buffer, kept + (size_t)length)) {
    upstream_counts.refused++;
    return false;
  }
  return flush_answers(connection);
}

static void connection_ready(struct watcher *watcher, uint32_t events) {
  (void)events;
  struct connection *connection = (struct connection *)watcher;
  bool goes_on = connection->waits_for_room ? flush_answers(connection) : read_and_answer(connection);
  if (!goes_on) close_connection(connection);
}

static void accepted(int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) fail("no memory for a connection");
  connection->watcher.ready = connection_ready;
  connection->fd = fd;
  events_add(fd, &connection->watcher, EPOLLIN);
}

void http_upstream_prepare(const char *body, size_t body_bytes) {
  static char start[] =
      "HTTP/1.1 200 OK\r\nServer: upstream\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\n"
      "Content-Type: text/plain\r\n" ANSWER_ID_HEADER ": ";
  answer_start = (struct iovec){start, sizeof start - 1};
  char head[128];
  int head_bytes = snprintf(head, sizeof head, "\r\nContent-Length: %zu\r\nConnection: keep-alive\r\n\r\n", body_bytes);
  char *rest = malloc((size_t)head_bytes + body_bytes);
  if (rest == NULL) fail("no memory for the answer");
  memcpy(rest, head, (size_t)head_bytes);
  memcpy(rest + head_bytes, body, body_bytes);
  answer_rest = (struct iovec){rest, (size_t)head_bytes + body_bytes};
}

void http_upstream_start(uint16_t port) { upstream_listen(port, accepted); }
