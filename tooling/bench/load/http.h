#ifndef HTTP_H
#define HTTP_H

#include "protocol.h"

/* HTTP/1.1: GET requests, and answers with a body. */
extern const struct protocol http_protocol;
/* The same, with TLS between clients and proxy. */
extern const struct protocol https_protocol;

#endif
