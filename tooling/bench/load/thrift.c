#include "thrift.h"

#include "thrift-exchange.h"

struct thrift_exchange thrift_exchange;

static void prepare(enum thrift_framing framing, const char *body, size_t body_bytes) {
  thrift_exchange.call = make_thrift_template(framing, CALL, body, body_bytes);
  thrift_exchange.answer = make_thrift_template(framing, REPLY, body, body_bytes);
}

static void prepare_framed(uint16_t proxy_port, const char *body, size_t body_bytes) {
  (void)proxy_port;
  prepare(FRAMED, body, body_bytes);
}

static void prepare_ttheader(uint16_t proxy_port, const char *body, size_t body_bytes) {
  (void)proxy_port;
  prepare(TTHEADER, body, body_bytes);
}

const struct protocol framed_protocol = {
    .name = "framed",
    .max_depth = MAX_DEPTH,
    .prepare = prepare_framed,
    .client = &thrift_client,
    .start_upstream = thrift_upstream_start,
};

const struct protocol ttheader_protocol = {
    .name = "ttheader",
    .max_depth = MAX_DEPTH,
    .prepare = prepare_ttheader,
    .client = &thrift_client,
    .start_upstream = thrift_upstream_start,
};
