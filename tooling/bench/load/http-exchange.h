#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "clients.h"

/* Each request carries an id in its path, and its answer carries the same id: an answer that reaches another client shows. */
#define ID_LENGTH 16
#define REQUEST_START "GET /items/"
#define ANSWER_ID_HEADER "X-Item"

extern const struct client_protocol http_client;

void http_client_prepare(uint16_t proxy_port, const char *body, size_t body_bytes);
void http_upstream_prepare(const char *body, size_t body_bytes);
void http_upstream_start(uint16_t port);

#endif
