#define _GNU_SOURCE
#include "http-answer-head.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http-exchange.h"

#define STATUS_LINE_START "HTTP/1.1 "

struct field {
  const char *name;
  size_t name_length;
  const char *value;
  size_t value_length;
};

static bool read_status(const char *head, size_t length, unsigned *status) {
  const size_t start = sizeof STATUS_LINE_START - 1;
  if (length < start + 3 || memcmp(head, STATUS_LINE_START, start) != 0) return false;
  const char *digits = head + start;
  for (int i = 0; i < 3; i++) {
    if (!isdigit((unsigned char)digits[i])) return false;
  }
  *status = (unsigned)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
  return true;
}

static bool is_named(const struct field *field, const char *name) {
  return strlen(name) == field->name_length && strncasecmp(field->name, name, field->name_length) == 0;
}

static bool read_length(const struct field *field, size_t *into) {
  if (field->value_length == 0 || field->value_length > 12) return false;
  size_t value = 0;
  for (size_t i = 0; i < field->value_length; i++) {
    if (!isdigit((unsigned char)field->value[i])) return false;
    value = value * 10 + (size_t)(field->value[i] - '0');
  }
  *into = value;
  return true;
}

/* Cuts a line at its colon; the line has no line end any more. */
static bool read_field(const char *line, size_t length, struct field *into) {
  const char *colon = memchr(line, ':', length);
  if (colon == NULL) return false;
  const char *end = line + length;
  const char *value = colon + 1;
  while (value < end && *value == ' ') value++;
  *into = (struct field){line, (size_t)(colon - line), value, (size_t)(end - value)};
  return true;
}

bool read_answer_head(const char *head, size_t length, struct answer_head *into) {
  *into = (struct answer_head){.body_bytes = SIZE_MAX};
  if (!read_status(head, length, &into->status)) return false;
  const char *end = head + length - 2; /* where the empty line begins */
  const char *line = (const char *)memmem(head, length, "\r\n", 2) + 2;
  while (line < end) {
    const char *line_end = memmem(line, (size_t)(end - line), "\r\n", 2);
    struct field field;
    if (line_end == NULL || !read_field(line, (size_t)(line_end - line), &field)) return false;
    if (is_named(&field, "Content-Length")) {
      if (!read_length(&field, &into->body_bytes)) return false;
    } else if (is_named(&field, "Connection")) {
      into->closes = field.value_length == 5 && strncasecmp(field.value, "close", 5) == 0;
    } else if (is_named(&field, ANSWER_ID_HEADER) && field.value_length == ID_LENGTH) {
      into->id = field.value;
    }
    line = line_end + 2;
  }
  return into->body_bytes != SIZE_MAX;
}
