#include <string.h>

#include "clients.h"
#include "clock.h"
#include "failure.h"
#include "frames.h"
#include "thrift-exchange.h"

#define OUTPUT_BYTES (2u << 20)

/* A call in flight: its number modulo MAX_DEPTH is its place, so that answers may come in any order. */
struct call {
  bool waits;
  uint32_t sequence;
  uint64_t sent_ns;
};

struct thrift_client {
  struct client client;
  struct frames frames;
  uint64_t *fault;      /* the count of what was wrong when reading ended early */
  uint64_t received_ns; /* when the answers came that are being read */
  uint32_t round;       /* makes sequence ids of the same place differ */
  struct call calls[MAX_DEPTH];
};

static void begin(struct client *client) {
  struct thrift_client *thrift = (struct thrift_client *)client;
  forget_frames(&thrift->frames);
  memset(thrift->calls, 0, sizeof thrift->calls);
}

static struct call *free_call(struct thrift_client *thrift) {
  for (uint32_t place = 0; place < MAX_DEPTH; place++) {
    if (!thrift->calls[place].waits) return &thrift->calls[place];
  }
  fail("more than %d calls in flight", MAX_DEPTH);
}

/* Clients begin far from each other, so that an answer that reaches another client shows. */
static uint32_t next_sequence(struct thrift_client *thrift, const struct call *call) {
  uint32_t place = (uint32_t)(call - thrift->calls);
  uint32_t number = (clients_index(&thrift->client) << 16) + thrift->round++;
  return (number * MAX_DEPTH + place) & INT32_MAX;
}

static void send_calls(struct client *client, uint32_t count) {
  static char output[OUTPUT_BYTES];
  struct thrift_client *thrift = (struct thrift_client *)client;
  size_t length = 0;
  uint64_t time_ns = now_ns();
  for (uint32_t i = 0; i < count && length + thrift_exchange.call.length <= OUTPUT_BYTES; i++) {
    struct call *call = free_call(thrift);
    *call = (struct call){.waits = true, .sequence = next_sequence(thrift, call), .sent_ns = time_ns};
    length += write_thrift(&thrift_exchange.call, call->sequence, output + length);
    clients_sent(client);
  }
  bool was_left = frames_are_left(&thrift->frames);
  if (!send_frames(&thrift->frames, client->fd, output, length)) {
    clients_give_up(client, &clients_counts()->broken);
  } else if (!was_left && frames_are_left(&thrift->frames)) clients_watch(client, true);
}

static void flush(struct client *client) {
  struct thrift_client *thrift = (struct thrift_client *)client;
  if (!flush_frames(&thrift->frames, client->fd)) clients_give_up(client, &clients_counts()->broken);
  else if (!frames_are_left(&thrift->frames)) clients_watch(client, false);
}

static bool take_answer(void *owner, const char *frame, size_t length) {
  struct thrift_client *thrift = owner;
  uint32_t sequence;
  enum thrift_match match = match_thrift(&thrift_exchange.answer, frame, length, &sequence);
  if (match == NO_MESSAGE) return false;
  struct call *call = &thrift->calls[sequence % MAX_DEPTH];
  if (!call->waits || call->sequence != sequence) {
    /* Nobody knows now which call it takes the answer from: its connection can only begin anew. */
    thrift->fault = &clients_counts()->wrong_answer;
    return false;
  }
  if (match == OTHER_BYTES) clients_counts()->wrong_body++;
  if (match == IS_EXCEPTION) clients_counts()->not_ok++;
  call->waits = false;
  clients_answered(&thrift->client, call->sent_ns, thrift->received_ns);
  return true;
}

static void receive(struct client *client) {
  struct thrift_client *thrift = (struct thrift_client *)client;
  thrift->received_ns = now_ns();
  thrift->fault = &clients_counts()->malformed;
  switch (read_frames(&thrift->frames, client->fd, take_answer, thrift)) {
    case FRAMES_READ: break;
    case FRAMES_ENDED: clients_ended(client); break;
    case FRAMES_BAD: clients_give_up(client, thrift->fault); break;
  }
}

const struct client_protocol thrift_client = {
    .client_bytes = sizeof(struct thrift_client),
    .begin = begin,
    .send = send_calls,
    .receive = receive,
    .flush = flush,
};
