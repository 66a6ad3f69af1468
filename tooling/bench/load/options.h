#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

#define MAX_WATCHED 64

struct options {
  const struct protocol *protocol;
  uint16_t proxy_port;    /* 0: no clients, for another program is them */
  uint16_t upstream_port; /* 0: no upstream, what is measured answers by itself */
  uint32_t connections;
  uint32_t depth; /* requests in flight on each connection */
  size_t body_bytes;
  uint64_t warmup_ns;
  uint64_t measure_ns;
  int watched[MAX_WATCHED]; /* processes whose processor time is measured */
  int watched_count;
};

struct options read_options(int argument_count, char **arguments);

#endif
