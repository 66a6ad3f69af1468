#include "body.h"

#include <stdint.h>
#include <stdlib.h>

#include "failure.h"

/* The mixing step of MurmurHash3, then a printable character: bodies can be read in a packet dump. */
static char body_byte(uint32_t index) {
  uint32_t mixed = index;
  mixed ^= mixed >> 16;
  mixed *= 0x85ebca6bu;
  mixed ^= mixed >> 13;
  mixed *= 0xc2b2ae35u;
  mixed ^= mixed >> 16;
  return (char)(' ' + mixed % 95);
}

char *make_body(size_t length) {
  char *body = malloc(length + 1);
  if (body == NULL) fail("no memory for a body of %zu bytes", length);
  for (size_t i = 0; i < length; i++) body[i] = body_byte((uint32_t)i);
  return body;
}
