#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients.h"

/* Both sides of one protocol. */
struct protocol {
  const char *name;
  bool is_secure;     /* clients come with TLS */
  uint32_t max_depth; /* requests that a connection may have in flight */
  /* Before anything else. `body` is what every answer carries, and lives on. */
  void (*prepare)(uint16_t proxy_port, const char *body, size_t body_bytes);
  const struct client_protocol *client;
  /* The cheapest upstream that is still correct: any number of requests on a connection, pipelined ones too. */
  void (*start_upstream)(uint16_t port);
};

#endif
