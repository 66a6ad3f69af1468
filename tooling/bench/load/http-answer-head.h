#ifndef HTTP_ANSWER_HEAD_H
#define HTTP_ANSWER_HEAD_H

#include <stdbool.h>
#include <stddef.h>

/* What a client needs to know of an answer. */
struct answer_head {
  unsigned status;
  size_t body_bytes;
  bool closes;
  const char *id; /* inside the head that was read; NULL when the header is missing or too short */
};

/* Reads a whole head of `length` bytes, up to and with its empty line. False: no HTTP/1.1 answer with a Content-Length. */
bool read_answer_head(const char *head, size_t length, struct answer_head *into);

#endif
