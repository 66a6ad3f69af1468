#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdint.h>

/* Sockets of 127.0.0.1, all of them non-blocking. */

int listen_on(uint16_t port);

/* The next connection, or -1 when none waits. Closing it resets it, and leaves nothing behind. */
int accept_from(int listener);

/* Begins to connect; the socket becomes writable when that has ended. */
int connect_to(uint16_t port);

/* What became of connect_to: 0, or an errno value. */
int connect_outcome(int fd);

#endif
