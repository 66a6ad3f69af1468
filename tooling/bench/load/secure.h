#ifndef SECURE_H
#define SECURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* TLS between clients and the proxy, or none: reading and writing are the same for protocols. */

struct secure; /* a connection's TLS; NULL where it has none */

/* Whether this program was compiled with OpenSSL. */
bool secure_is_possible(void);

/* Shakes hands on a connected socket, and waits for the end of it; for the opening of connections, when nothing is measured. NULL: in vain. */
struct secure *secure_connect(int fd);

void secure_close(struct secure *secure);

/* As send and recv do it, with EAGAIN. */
ssize_t secure_send(struct secure *secure, int fd, const void *bytes, size_t length);
ssize_t secure_receive(struct secure *secure, int fd, void *bytes, size_t length);

#endif
