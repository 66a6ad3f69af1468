#include "upstream.h"

#include "events.h"
#include "sockets.h"

struct upstream_counts upstream_counts;

static struct {
  struct watcher watcher;
  int fd;
  void (*accepted)(int fd);
} listener;

static void listener_ready(struct watcher *watcher, uint32_t events) {
  (void)watcher, (void)events;
  for (int fd; (fd = accept_from(listener.fd)) >= 0;) listener.accepted(fd);
}

void upstream_listen(uint16_t port, void (*accepted)(int fd)) {
  listener.watcher.ready = listener_ready;
  listener.accepted = accepted;
  listener.fd = listen_on(port);
  events_add(listener.fd, &listener.watcher, EPOLLIN);
}
