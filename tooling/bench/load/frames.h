#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Frames on one connection: what is left of one that has not come as a whole, and of one that the kernel could not take. */
struct frames {
  char *partial;
  size_t partial_bytes;
  char *unsent;
  size_t unsent_bytes;
};

enum frames_outcome { FRAMES_READ, FRAMES_ENDED, FRAMES_BAD };

/* Reads once, and gives each whole frame to `take`, which says whether to go on; `take` may not close the connection. */
enum frames_outcome read_frames(struct frames *frames, int fd, bool (*take)(void *owner, const char *frame, size_t length),
                                void *owner);

/* Sends bytes that consist of whole frames. False: the connection is broken. */
bool send_frames(struct frames *frames, int fd, const char *bytes, size_t length);

/* Sends more of what is left. False: the connection is broken. */
bool flush_frames(struct frames *frames, int fd);

/* Whether something is left to be sent when there is room. */
bool frames_are_left(const struct frames *frames);

void forget_frames(struct frames *frames);

#endif
