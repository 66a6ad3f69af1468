#include "thrift-message.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define MAX_FRAME_BYTES (1u << 20)
#define STRICT_BINARY 0x80010000u
#define TTHEADER_MAGIC 0x1000u
#define TTHEADER_FIXED_BYTES 14 /* up to where the header size counts from */
#define METHOD "echo"
#define METHOD_BYTES (sizeof METHOD - 1)
#define SEQUENCE_IN_MESSAGE (8 + METHOD_BYTES)
#define OVERHEAD_BYTES 512 /* more than all that is not text */

/* What Kitex sends beside a call or an answer, by the numbers of TTHeader's keys. */
struct header_value {
  uint16_t key;
  const char *value;
};
static const struct header_value call_headers[] = {
    {1, "ttheader"}, {3, "bench.client"}, {6, "bench.echo"}, {9, METHOD}, {22, "1"}, {12, "1000"},
};
static const struct header_value answer_headers[] = {{22, "2"}};

static uint32_t read_u32(const char *from) {
  uint32_t value;
  memcpy(&value, from, 4);
  return ntohl(value);
}

static uint16_t read_u16(const char *from) {
  uint16_t value;
  memcpy(&value, from, 2);
  return ntohs(value);
}

static void write_u32(char *to, uint32_t value) {
  value = htonl(value);
  memcpy(to, &value, 4);
}

static char *put_u8(char *to, uint8_t value) {
  *to = (char)value;
  return to + 1;
}

static char *put_u16(char *to, uint16_t value) {
  value = htons(value);
  memcpy(to, &value, 2);
  return to + 2;
}

static char *put_u32(char *to, uint32_t value) {
  write_u32(to, value);
  return to + 4;
}

static char *put_bytes(char *to, const void *bytes, size_t length) {
  memcpy(to, bytes, length);
  return to + length;
}

/* Behind the length field: magic, flags, sequence id, header size, and the headers padded to a multiple of four. */
static char *put_ttheader(char *to, const struct header_value *headers, uint16_t count) {
  to = put_u16(to, TTHEADER_MAGIC);
  to = put_u16(to, 0);
  to = put_u32(to, 0);
  char *size = to;
  to += 2;
  char *start = to;
  to = put_u8(to, 0);    /* protocol: binary */
  to = put_u8(to, 0);    /* transforms */
  to = put_u8(to, 0x10); /* values by integer keys */
  to = put_u16(to, count);
  for (uint16_t i = 0; i < count; i++) {
    size_t length = strlen(headers[i].value);
    to = put_u16(put_u16(to, headers[i].key), (uint16_t)length);
    to = put_bytes(to, headers[i].value, length);
  }
  while ((to - start) % 4 != 0) to = put_u8(to, 0);
  put_u16(size, (uint16_t)((to - start) / 4));
  return to;
}

static char *put_message(char *to, enum thrift_type type, const char *text, size_t text_bytes) {
  to = put_u32(to, STRICT_BINARY | type);
  to = put_u32(to, METHOD_BYTES);
  to = put_bytes(to, METHOD, METHOD_BYTES);
  to = put_u32(to, 0);
  to = put_u8(to, 11);                    /* a string */
  to = put_u16(to, type == CALL ? 1 : 0); /* the first argument, or the success of a result */
  to = put_u32(to, (uint32_t)text_bytes);
  to = put_bytes(to, text, text_bytes);
  return put_u8(to, 0);
}

struct thrift_template make_thrift_template(enum thrift_framing framing, enum thrift_type type, const char *text,
                                            size_t text_bytes) {
  struct thrift_template made = {.bytes = malloc(text_bytes + OVERHEAD_BYTES)};
  if (made.bytes == NULL) fail("no memory for a message of %zu bytes", text_bytes);
  char *to = made.bytes + 4;
  if (framing == TTHEADER) {
    made.header_sequence_offset = 8;
    if (type == CALL) to = put_ttheader(to, call_headers, sizeof call_headers / sizeof *call_headers);
    else to = put_ttheader(to, answer_headers, sizeof answer_headers / sizeof *answer_headers);
  }
  made.message_offset = (size_t)(to - made.bytes);
  made.sequence_offset = made.message_offset + SEQUENCE_IN_MESSAGE;
  made.length = (size_t)(put_message(to, type, text, text_bytes) - made.bytes);
  if (made.length > MAX_FRAME_BYTES) fail("bodies of Thrift messages may have up to %u bytes", MAX_FRAME_BYTES);
  write_u32(made.bytes, (uint32_t)made.length - 4);
  return made;
}

size_t write_thrift(const struct thrift_template *template, uint32_t sequence, char *to) {
  memcpy(to, template->bytes, template->length);
  write_u32(to + template->sequence_offset, sequence);
  if (template->header_sequence_offset != 0) write_u32(to + template->header_sequence_offset, sequence);
  return template->length;
}

size_t thrift_frame_bytes(const char *bytes, size_t available) {
  if (available < 4) return 0;
  size_t length = read_u32(bytes);
  return length > MAX_FRAME_BYTES ? SIZE_MAX : length + 4;
}

/* Where the message of a frame begins; SIZE_MAX when it is not framed as expected. */
static size_t message_offset(const struct thrift_template *expected, const char *frame, size_t length) {
  if (expected->header_sequence_offset == 0) return 4;
  if (length < TTHEADER_FIXED_BYTES || read_u16(frame + 4) != TTHEADER_MAGIC) return SIZE_MAX;
  return TTHEADER_FIXED_BYTES + 4 * (size_t)read_u16(frame + 12);
}

enum thrift_match match_thrift(const struct thrift_template *expected, const char *frame, size_t length,
                               uint32_t *sequence) {
  size_t offset = message_offset(expected, frame, length);
  if (offset == SIZE_MAX || length < offset + SEQUENCE_IN_MESSAGE + 4) return NO_MESSAGE;
  const char *message = frame + offset;
  const char *wanted = expected->bytes + expected->message_offset;
  size_t message_bytes = length - offset;
  uint32_t start = read_u32(message);
  bool is_exception = start == (STRICT_BINARY | EXCEPTION);
  if (!is_exception && start != read_u32(wanted)) return NO_MESSAGE;
  /* The length of the name and the name. */
  if (memcmp(message + 4, wanted + 4, 4 + METHOD_BYTES) != 0) return NO_MESSAGE;
  *sequence = read_u32(message + SEQUENCE_IN_MESSAGE);
  size_t headers = expected->header_sequence_offset;
  if (headers != 0 && read_u32(frame + headers) != *sequence) return NO_MESSAGE;
  if (is_exception) return IS_EXCEPTION;
  size_t rest = SEQUENCE_IN_MESSAGE + 4;
  if (message_bytes != expected->length - expected->message_offset) return OTHER_BYTES;
  return memcmp(message + rest, wanted + rest, message_bytes - rest) == 0 ? MATCHES : OTHER_BYTES;
}
