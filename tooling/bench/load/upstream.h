#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stdint.h>

/* What the upstream has seen, whatever the protocol. */
struct upstream_counts {
  uint64_t served;  /* requests that were read */
  uint64_t refused; /* requests that were not what a client had sent; their connections were closed */
};

extern struct upstream_counts upstream_counts;

/* Listens, and gives each connection to `accepted`. */
void upstream_listen(uint16_t port, void (*accepted)(int fd));

#endif
