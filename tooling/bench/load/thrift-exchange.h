#ifndef THRIFT_EXCHANGE_H
#define THRIFT_EXCHANGE_H

#include <stdint.h>

#include "clients.h"
#include "thrift-message.h"

#define MAX_DEPTH 64

/* The message that every client sends, and the one that every answer has to be. */
struct thrift_exchange {
  struct thrift_template call;
  struct thrift_template answer;
};

extern struct thrift_exchange thrift_exchange;

extern const struct client_protocol thrift_client;

void thrift_upstream_start(uint16_t port);

#endif
