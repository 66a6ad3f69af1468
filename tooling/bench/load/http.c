#include "http.h"

#include "http-exchange.h"

static void prepare(uint16_t proxy_port, const char *body, size_t body_bytes) {
  http_client_prepare(proxy_port, body, body_bytes);
  http_upstream_prepare(body, body_bytes);
}

const struct protocol http_protocol = {
    .name = "http",
    .max_depth = 1,
    .prepare = prepare,
    .client = &http_client,
    .start_upstream = http_upstream_start,
};

const struct protocol https_protocol = {
    .name = "https",
    .is_secure = true,
    .max_depth = 1,
    .prepare = prepare,
    .client = &http_client,
    .start_upstream = http_upstream_start,
};
