#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stddef.h>
#include <stdint.h>

/* The cheapest upstream that is still correct HTTP/1.1: any number of requests on a connection, pipelined ones too. */
void upstream_start(uint16_t port, const char *body, size_t body_bytes);

/* Requests that were read so far. */
uint64_t upstream_served(void);

/* Requests that were not what a client had sent; their connections were closed. */
uint64_t upstream_refused(void);

#endif
