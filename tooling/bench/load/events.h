#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>
#include <sys/epoll.h>

/* The first member of whatever waits for a socket. `ready` may close and free its own watcher, never another one. */
struct watcher {
  void (*ready)(struct watcher *watcher, uint32_t events);
};

void events_open(void);
void events_add(int fd, struct watcher *watcher, uint32_t events);
void events_change(int fd, struct watcher *watcher, uint32_t events);

/* Runs what is ready, and returns at once when nothing is. */
void events_poll(void);

/* The same, but sleeps until something is: for a core that others need, too. */
void events_wait(void);

#endif
