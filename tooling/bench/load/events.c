#include "events.h"

#include <stddef.h>

#include "failure.h"

#define BATCH 512

static int epoll = -1;

void events_open(void) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
}

static void control(int operation, int fd, struct watcher *watcher, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = watcher};
  if (epoll_ctl(epoll, operation, fd, &event) != 0) fail("epoll_ctl");
}

void events_add(int fd, struct watcher *watcher, uint32_t events) { control(EPOLL_CTL_ADD, fd, watcher, events); }

void events_change(int fd, struct watcher *watcher, uint32_t events) {
  control(EPOLL_CTL_MOD, fd, watcher, events);
}

static void run_ready(int timeout_ms) {
  struct epoll_event batch[BATCH];
  int count = epoll_wait(epoll, batch, BATCH, timeout_ms);
  for (int i = 0; i < count; i++) {
    struct watcher *watcher = batch[i].data.ptr;
    watcher->ready(watcher, batch[i].events);
  }
}

/* Never a sleep: a core that idles clocks down and takes long to wake, and the proxy would wait for us. */
void events_poll(void) { run_ready(0); }

void events_wait(void) { run_ready(-1); }
