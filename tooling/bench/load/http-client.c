#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clients.h"
#include "clock.h"
#include "http-answer-head.h"
#include "http-exchange.h"

#define MAX_HEAD_BYTES 4096
#define RECEIVE_BYTES 65536 /* small enough to stay in the cache between the copy and the comparison */

enum state { READING_HEAD, READING_BODY };

struct http_client {
  struct client client;
  enum state state;
  uint32_t sequence;
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
  const char *body;
  size_t body_bytes;
  char request[1024];
  size_t request_bytes;
} all;

/* About what a browser sends, 330 bytes: the length of a head is part of a proxy's work. */
void http_client_prepare(uint16_t proxy_port, const char *body, size_t body_bytes) {
  all.body = body;
  all.body_bytes = body_bytes;
  int length = snprintf(all.request, sizeof all.request,
                        REQUEST_START "%0*d?fields=name,price HTTP/1.1\r\n"
                                      "Host: 127.0.0.1:%u\r\n"
                                      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101\r\n"
                                      "Accept: text/html,application/json;q=0.9,*/*;q=0.8\r\n"
                                      "Accept-Language: en-US,en;q=0.5\r\n"
                                      "Accept-Encoding: gzip, deflate, br\r\n"
                                      "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n",
                        ID_LENGTH, 0, proxy_port);
  all.request_bytes = (size_t)length;
}

/* Every request of a run has another id: the number of its client, then its own. */
static void write_id(struct http_client *http) {
  static const char digits[] = "0123456789abcdef";
  uint64_t id = (uint64_t)clients_index(&http->client) << 32 | http->sequence++;
  for (int i = ID_LENGTH - 1; i >= 0; i--, id >>= 4) http->id[i] = digits[id & 15];
}

static void begin(struct client *client) { ((struct http_client *)client)->closes = false; }

/* One request: HTTP/1.1 answers in order, and clients do not pipeline. */
static void send_request(struct client *client, uint32_t count) {
  (void)count;
  struct http_client *http = (struct http_client *)client;
  http->state = READING_HEAD;
  http->head_bytes = 0;
  write_id(http);
  memcpy(all.request + sizeof REQUEST_START - 1, http->id, ID_LENGTH);
  http->sent_ns = now_ns();
  clients_sent(client);
  ssize_t written = secure_send(client->secure, client->fd, all.request, all.request_bytes);
  if (written != (ssize_t)all.request_bytes) clients_give_up(client, &clients_counts()->broken);
}

static void finish_answer(struct http_client *http) {
  if (http->is_wrong) clients_counts()->wrong_body++;
  clients_answered(&http->client, http->sent_ns, now_ns());
  if (http->closes) clients_reconnect(&http->client);
}

/* Compares what has come of the body with what should have come. */
static void check_body(struct http_client *http, const char *bytes, size_t length) {
  if (!http->is_checked || http->is_wrong) return;
  http->is_wrong = memcmp(bytes, all.body + http->received_bytes, length) != 0;
}

static void give_up_malformed(struct http_client *http) {
  clients_give_up(&http->client, &clients_counts()->malformed);
}

static void read_body(struct http_client *http, const char *bytes, size_t length) {
  if (length > http->body_bytes - http->received_bytes) return give_up_malformed(http);
  check_body(http, bytes, length);
  http->received_bytes += length;
  if (http->received_bytes == http->body_bytes) finish_answer(http);
}

static bool begin_body(struct http_client *http, size_t head_bytes) {
  struct answer_head head;
  if (!read_answer_head(http->head, head_bytes, &head)) return false;
  bool is_ok = head.status >= 200 && head.status <= 299;
  if (!is_ok) clients_counts()->not_ok++;
  else if (head.id == NULL || memcmp(head.id, http->id, ID_LENGTH) != 0) clients_counts()->wrong_answer++;
  http->state = READING_BODY;
  http->closes = head.closes;
  http->body_bytes = head.body_bytes;
  http->received_bytes = 0;
  http->is_checked = is_ok && head.body_bytes == all.body_bytes;
  http->is_wrong = is_ok && head.body_bytes != all.body_bytes;
  return true;
}

static void read_head(struct http_client *http, const char *bytes, size_t length) {
  size_t before = http->head_bytes;
  size_t room = MAX_HEAD_BYTES - before;
  size_t taken = length < room ? length : room;
  memcpy(http->head + before, bytes, taken);
  http->head_bytes += taken;
  const char *end = memmem(http->head, http->head_bytes, "\r\n\r\n", 4);
  if (end == NULL) {
    if (http->head_bytes == MAX_HEAD_BYTES) give_up_malformed(http);
    return;
  }
  size_t head_bytes = (size_t)(end + 4 - http->head);
  if (!begin_body(http, head_bytes)) return give_up_malformed(http);
  size_t used = head_bytes - before;
  read_body(http, bytes + used, length - used);
}

static void receive(struct client *client) {
  static char buffer[RECEIVE_BYTES];
  struct http_client *http = (struct http_client *)client;
  ssize_t length = secure_receive(client->secure, client->fd, buffer, sizeof buffer);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) clients_ended(client);
  else if (client->in_flight == 0) give_up_malformed(http);
  else if (http->state == READING_HEAD) read_head(http, buffer, (size_t)length);
  else read_body(http, buffer, (size_t)length);
}

const struct client_protocol http_client = {
    .client_bytes = sizeof(struct http_client),
    .begin = begin,
    .send = send_request,
    .receive = receive,
};
