#include "frames.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "failure.h"
#include "thrift-message.h"

#define RECEIVE_BYTES 65536 /* small enough to stay in the cache between the copy and the comparison */

/* Replaces what is kept by a copy of other bytes, which may be a part of it. */
static void keep(char **kept, size_t *kept_bytes, const char *bytes, size_t length) {
  char *copy = NULL;
  if (length > 0) {
    copy = malloc(length);
    if (copy == NULL) fail("no memory for %zu bytes", length);
    memcpy(copy, bytes, length);
  }
  free(*kept);
  *kept = copy;
  *kept_bytes = length;
}

/* The bytes of one read, behind those that were kept from the ones before. Valid until the next call. */
static char *receive(struct frames *frames, int fd, ssize_t *length) {
  static char *buffer;
  static size_t buffer_bytes;
  size_t wanted = frames->partial_bytes + RECEIVE_BYTES;
  if (buffer_bytes < wanted) {
    buffer = realloc(buffer, wanted);
    if (buffer == NULL) fail("no memory for %zu bytes", wanted);
    buffer_bytes = wanted;
  }
  *length = recv(fd, buffer + frames->partial_bytes, RECEIVE_BYTES, 0);
  if (frames->partial_bytes > 0) memcpy(buffer, frames->partial, frames->partial_bytes);
  return buffer;
}

enum frames_outcome read_frames(struct frames *frames, int fd, bool (*take)(void *owner, const char *frame, size_t length),
                                void *owner) {
  ssize_t length;
  const char *bytes = receive(frames, fd, &length);
  if (length < 0 && errno == EAGAIN) return FRAMES_READ;
  if (length <= 0) return FRAMES_ENDED;
  size_t rest = frames->partial_bytes + (size_t)length;
  for (size_t frame; (frame = thrift_frame_bytes(bytes, rest)) != 0 && frame <= rest; bytes += frame, rest -= frame) {
    if (!take(owner, bytes, frame)) return FRAMES_BAD;
  }
  if (thrift_frame_bytes(bytes, rest) == SIZE_MAX) return FRAMES_BAD;
  if (rest > 0 || frames->partial_bytes > 0) keep(&frames->partial, &frames->partial_bytes, bytes, rest);
  return FRAMES_READ;
}

/* What the kernel takes of these bytes; SIZE_MAX when the connection is broken. */
static size_t send_some(int fd, const char *bytes, size_t length) {
  ssize_t written = send(fd, bytes, length, MSG_NOSIGNAL);
  if (written >= 0) return (size_t)written;
  return errno == EAGAIN ? 0 : SIZE_MAX;
}

bool send_frames(struct frames *frames, int fd, const char *bytes, size_t length) {
  if (frames_are_left(frames)) {
    frames->unsent = realloc(frames->unsent, frames->unsent_bytes + length);
    if (frames->unsent == NULL) fail("no memory for %zu bytes", length);
    memcpy(frames->unsent + frames->unsent_bytes, bytes, length);
    frames->unsent_bytes += length;
    return true;
  }
  size_t sent = send_some(fd, bytes, length);
  if (sent == SIZE_MAX) return false;
  if (sent < length) keep(&frames->unsent, &frames->unsent_bytes, bytes + sent, length - sent);
  return true;
}

bool flush_frames(struct frames *frames, int fd) {
  size_t sent = send_some(fd, frames->unsent, frames->unsent_bytes);
  if (sent == SIZE_MAX) return false;
  keep(&frames->unsent, &frames->unsent_bytes, frames->unsent + sent, frames->unsent_bytes - sent);
  return true;
}

bool frames_are_left(const struct frames *frames) { return frames->unsent_bytes > 0; }

void forget_frames(struct frames *frames) {
  free(frames->partial);
  free(frames->unsent);
  *frames = (struct frames){0};
}
