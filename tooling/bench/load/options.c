#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "http.h"
#include "thrift.h"

enum { PROTOCOL = 1, PROXY_PORT, UPSTREAM_PORT, CONNECTIONS, DEPTH, BODY_BYTES, WARMUP_MS, MEASURE_MS, WATCH };

static const struct option known[] = {
    {"protocol", required_argument, NULL, PROTOCOL},
    {"proxy-port", required_argument, NULL, PROXY_PORT},
    {"upstream-port", required_argument, NULL, UPSTREAM_PORT},
    {"connections", required_argument, NULL, CONNECTIONS},
    {"depth", required_argument, NULL, DEPTH},
    {"body-bytes", required_argument, NULL, BODY_BYTES},
    {"warmup-ms", required_argument, NULL, WARMUP_MS},
    {"measure-ms", required_argument, NULL, MEASURE_MS},
    {"watch", required_argument, NULL, WATCH},
    {NULL, 0, NULL, 0},
};

static unsigned long read_number(const char *text, char **end, unsigned long max) {
  errno = 0;
  unsigned long value = strtoul(text, end, 10);
  if (*end == text || errno != 0 || value > max) {
    errno = 0;
    fail("\"%s\" is not a number from 0 to %lu", text, max);
  }
  return value;
}

static unsigned long read_whole_number(const char *text, unsigned long max) {
  char *end;
  unsigned long value = read_number(text, &end, max);
  if (*end != '\0') fail("\"%s\" has more than a number", text);
  return value;
}

static void read_watched(struct options *options, const char *text) {
  for (char *end; *text != '\0'; text = *end == ',' ? end + 1 : end) {
    if (options->watched_count == MAX_WATCHED) fail("more than %d processes to watch", MAX_WATCHED);
    options->watched[options->watched_count++] = (int)read_number(text, &end, INT32_MAX);
    if (*end != ',' && *end != '\0') fail("--watch takes process ids with commas between, not \"%s\"", end);
  }
}

static const struct protocol *read_protocol(const char *name) {
  static const struct protocol *const protocols[] = {&http_protocol, &https_protocol, &framed_protocol, &ttheader_protocol};
  for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
    if (strcmp(protocols[i]->name, name) == 0) return protocols[i];
  }
  fail("unknown protocol \"%s\"", name);
}

static void read_option(struct options *options, int option, const char *value) {
  switch (option) {
    case PROTOCOL: options->protocol = read_protocol(value); break;
    case PROXY_PORT: options->proxy_port = (uint16_t)read_whole_number(value, 65535); break;
    case UPSTREAM_PORT: options->upstream_port = (uint16_t)read_whole_number(value, 65535); break;
    case CONNECTIONS: options->connections = (uint32_t)read_whole_number(value, 60000); break;
    case DEPTH: options->depth = (uint32_t)read_whole_number(value, 60000); break;
    case BODY_BYTES: options->body_bytes = read_whole_number(value, 1 << 28); break;
    case WARMUP_MS: options->warmup_ns = read_whole_number(value, 3600000) * 1000000u; break;
    case MEASURE_MS: options->measure_ns = read_whole_number(value, 3600000) * 1000000u; break;
    case WATCH: read_watched(options, value); break;
    default: exit(2); /* getopt_long has said why */
  }
}

struct options read_options(int argument_count, char **arguments) {
  struct options options = {
      .protocol = &http_protocol, .connections = 64, .depth = 1, .body_bytes = 1024, .measure_ns = 1000000000u};
  for (int option; (option = getopt_long(argument_count, arguments, "", known, NULL)) != -1;) {
    read_option(&options, option, optarg);
  }
  if (optind != argument_count) fail("unexpected argument \"%s\"", arguments[optind]);
  if (options.proxy_port == 0 && options.upstream_port == 0) fail("--proxy-port is missing");
  if (options.connections == 0) fail("--connections must be at least 1");
  if (options.protocol->is_secure && !secure_is_possible()) fail("compiled without OpenSSL");
  uint32_t max_depth = options.protocol->max_depth;
  if (options.depth == 0 || options.depth > max_depth) fail("--depth must be from 1 to %u", max_depth);
  return options;
}
