#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"

/* What all clients have done since they were started. */
struct client_counts {
  uint64_t sent;
  uint64_t answered; /* whole answers, whatever their status and body */
  uint64_t not_ok;   /* answers whose status is not 2xx */
  uint64_t wrong_body;
  uint64_t wrong_answer; /* answers to another request than the one of this client */
  uint64_t malformed;    /* no HTTP/1.1 answer with a Content-Length, or bytes behind it */
  uint64_t broken;       /* connections that ended before their answer did */
};

/* Begins to open `count` connections, and to send one request on each. Then they wait for the others: a proxy under full load
 * accepts slowly, and would take seconds for the last of a thousand. */
void clients_open(uint16_t port, uint32_t count, const char *body, size_t body_bytes);

/* Whether every connection has had an answer. */
bool clients_are_warm(void);

/* How many connections have had an answer. */
uint32_t clients_warm_count(void);

/* Starts the closed loop: each connection sends its next request as soon as the one before it is answered. */
void clients_start(void);

/* From now on durations go into `histogram`; NULL: nowhere. */
void clients_measure(struct histogram *histogram);

/* No new requests. */
void clients_stop(void);

/* Requests that have no answer yet. */
uint32_t clients_waiting(void);

struct client_counts clients_counts(void);

#endif
