#ifndef CLIENTS_H
#define CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events.h"
#include "histogram.h"
#include "secure.h"

/* A closed loop of connections, whatever the protocol: each sends its next request when it has the answer to an earlier one. */

/* One connection: the first member of what a protocol keeps for it. */
struct client {
  struct watcher watcher;
  int fd;
  struct secure *secure;
  bool is_connected;
  bool is_warm;
  uint32_t in_flight; /* requests without an answer */
};

/* What a protocol does on a connection. */
struct client_protocol {
  size_t client_bytes; /* of its struct, which begins with struct client */
  /* A new connection: whatever is known of an earlier one of the same client no longer holds. */
  void (*begin)(struct client *client);
  /* Sends so many requests, with clients_sent for each, in as few writes as it can. */
  void (*send)(struct client *client, uint32_t count);
  /* Reads what has come, with clients_answered for each whole answer. */
  void (*receive)(struct client *client);
  /* There is room to write again, which clients_watch has asked for; NULL where it never does. */
  void (*flush)(struct client *client);
};

/* What all clients have done since they were started. */
struct client_counts {
  uint64_t sent;
  uint64_t answered; /* whole answers, whatever they say */
  uint64_t not_ok;   /* answers that say that something failed */
  uint64_t wrong_body;
  uint64_t wrong_answer; /* answers to another request than one of this client */
  uint64_t malformed;    /* no answer of the protocol, or bytes behind it */
  uint64_t broken;       /* connections that ended before their answers did */
};

/* How many connections there are, and how many requests each has in flight. */
struct client_load {
  uint16_t port;
  uint32_t count;
  uint32_t depth;
  bool is_secure; /* with TLS */
};

/* Begins to open the connections, and to send one request on each. Then they wait for the others: a proxy under full load
 * accepts slowly, and would take seconds for the last of a thousand. */
void clients_open(const struct client_protocol *protocol, struct client_load load);

/* Whether every connection has had an answer. */
bool clients_are_warm(void);

/* How many connections have had an answer. */
uint32_t clients_warm_count(void);

/* Starts the closed loop. */
void clients_start(void);

/* From now on durations go into `histogram`; NULL: nowhere. */
void clients_measure(struct histogram *histogram);

/* No new requests. */
void clients_stop(void);

/* Requests that have no answer yet. */
uint32_t clients_waiting(void);

/* For protocols, too, which count what is wrong with answers. */
struct client_counts *clients_counts(void);

/* For protocols: a number of its own for each client. */
uint32_t clients_index(const struct client *client);

/* For protocols: a request was sent. */
void clients_sent(struct client *client);

/* For protocols: a request that was sent at `sent_ns` is answered. */
void clients_answered(struct client *client, uint64_t sent_ns, uint64_t time_ns);

/* For protocols: ends the connection, and opens another one unless the run is over. */
void clients_reconnect(struct client *client);

/* For protocols: gives up on answers, and the connection with them: where the next answer begins is unknown. */
void clients_give_up(struct client *client, uint64_t *count);

/* For protocols: the connection has ended. One that owes no answer is no fault of the proxy. */
void clients_ended(struct client *client);

/* For protocols: whether to wait for room to write, too. */
void clients_watch(struct client *client, bool room);

#endif
