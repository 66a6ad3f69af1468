#ifndef THRIFT_MESSAGE_H
#define THRIFT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages of the binary protocol in frames: `u32 length` and a message, or TTHeader with a message.
 * All calls and all answers of a run are the same but for their sequence ids. */

enum thrift_framing { FRAMED, TTHEADER };

enum thrift_type { CALL = 1, REPLY = 2, EXCEPTION = 3 };

/* One message in its frame, made once. */
struct thrift_template {
  char *bytes;
  size_t length;
  size_t message_offset;    /* where the message begins */
  size_t sequence_offset;   /* of the message's own sequence id */
  size_t header_sequence_offset; /* of TTHeader's, too; 0: none */
};

enum thrift_match { MATCHES, OTHER_BYTES, IS_EXCEPTION, NO_MESSAGE };

/* A call of `echo` with one string, or the answer to it. Never freed. */
struct thrift_template make_thrift_template(enum thrift_framing framing, enum thrift_type type, const char *text,
                                            size_t text_bytes);

/* Writes the message with that sequence id; gives its length. */
size_t write_thrift(const struct thrift_template *template, uint32_t sequence, char *to);

/* The length of the frame that begins here, with its length field; 0: unknown yet; SIZE_MAX: larger than any should be. */
size_t thrift_frame_bytes(const char *bytes, size_t available);

/* Compares a whole frame with what was expected. What TTHeader says beside the message may differ, but for its sequence id. */
enum thrift_match match_thrift(const struct thrift_template *expected, const char *frame, size_t length,
                               uint32_t *sequence);

#endif
