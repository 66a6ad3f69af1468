#define _GNU_SOURCE
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

#include "failure.h"

#define BACKLOG 4096

static struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void set_on(int fd, int level, int option) {
  int on = 1;
  if (setsockopt(fd, level, option, &on, sizeof on) != 0) fail("setsockopt");
}

static int new_socket(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  return fd;
}

int listen_on(uint16_t port) {
  int fd = new_socket();
  /* Connections that a proxy closed by itself in the run before may be in TIME_WAIT on this port. */
  set_on(fd, SOL_SOCKET, SO_REUSEADDR);
  struct sockaddr_in address = loopback(port);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("cannot bind the upstream's port %u", port);
  if (listen(fd, BACKLOG) != 0) fail("listen");
  return fd;
}

/* The side that closes first keeps the address pair in TIME_WAIT, and there drops a later connection from the same port of the
 * proxy as too old, which then waits a second for its next try. The next run would measure that. */
static void reset_at_close(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) != 0) fail("setsockopt");
}

int accept_from(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    set_on(fd, IPPROTO_TCP, TCP_NODELAY);
    reset_at_close(fd);
  } else if (errno != EAGAIN && errno != ECONNABORTED) fail("accept");
  return fd;
}

int connect_to(uint16_t port) {
  int fd = new_socket();
  set_on(fd, IPPROTO_TCP, TCP_NODELAY);
  struct sockaddr_in address = loopback(port);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
    fail("cannot connect to port %u", port);
  }
  return fd;
}

int connect_outcome(int fd) {
  int outcome = 0;
  socklen_t size = sizeof outcome;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &size) != 0) fail("getsockopt");
  return outcome;
}
