/* A closed loop of clients and the upstream behind the measured proxy, in one thread that never sleeps.
 *
 * One thread, so that on a machine with two cores the proxy has one for itself; two processes on the other core would take
 * turns, and the proxy would wait for both. It prints one line of JSON and ends. Without --proxy-port it is only the upstream. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "body.h"
#include "clients.h"
#include "clock.h"
#include "events.h"
#include "failure.h"
#include "histogram.h"
#include "options.h"
#include "processor-time.h"
#include "upstream.h"

#define OPENING_NS 15000000000u /* until every connection has had an answer */
#define DRAIN_NS 5000000000u /* until the last request has its answer */

struct moment {
  uint64_t time_ns;
  uint64_t own_ns;
  uint64_t watched_ns;
  uint64_t answered;
};

static struct moment take_moment(const struct options *options) {
  return (struct moment){
      .time_ns = now_ns(),
      .own_ns = own_processor_ns(),
      .watched_ns = processor_time_ns(options->watched, options->watched_count),
      .answered = clients_counts()->answered,
  };
}

static void fail_to_open(uint32_t wanted) {
  struct client_counts counts = *clients_counts();
  errno = 0;
  fail("only %u of %u connections had an answer in time (malformed: %" PRIu64 ", broken: %" PRIu64
       ", refused by the upstream: %" PRIu64 ")",
       clients_warm_count(), wanted, counts.malformed, counts.broken, upstream_counts.refused);
}

static void run_until_warm(const struct options *options) {
  for (uint64_t end = now_ns() + OPENING_NS; !clients_are_warm(); events_poll()) {
    if (now_ns() > end) fail_to_open(options->connections);
  }
}

static void run_for(uint64_t duration_ns) {
  for (uint64_t end = now_ns() + duration_ns; now_ns() < end;) events_poll();
}

/* Lets every request have its answer: what was sent and what was served can then be compared. */
static void drain(void) {
  clients_stop();
  for (uint64_t end = now_ns() + DRAIN_NS; clients_waiting() > 0 && now_ns() < end;) events_poll();
}

static void print_measured(const struct moment *start, const struct moment *end, const struct histogram *latencies) {
  printf("{\"elapsedNs\":%" PRIu64 ",\"answers\":%" PRIu64 ",\"loadProcessorNs\":%" PRIu64
         ",\"watchedProcessorNs\":%" PRIu64,
         end->time_ns - start->time_ns, end->answered - start->answered, end->own_ns - start->own_ns,
         end->watched_ns - start->watched_ns);
  printf(",\"latencyNs\":{\"p50\":%" PRIu64 ",\"p99\":%" PRIu64 ",\"max\":%" PRIu64 "}",
         histogram_quantile(latencies, 0.5), histogram_quantile(latencies, 0.99), histogram_quantile(latencies, 1));
}

static void print_totals(void) {
  struct client_counts counts = *clients_counts();
  printf(",\"total\":{\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"served\":%" PRIu64 "}", counts.sent,
         counts.answered, upstream_counts.served);
  printf(",\"errors\":{\"notOk\":%" PRIu64 ",\"wrongBody\":%" PRIu64 ",\"wrongAnswer\":%" PRIu64
         ",\"malformed\":%" PRIu64 ",\"broken\":%" PRIu64 ",\"unanswered\":%u,\"refusedByUpstream\":%" PRIu64 "}}\n",
         counts.not_ok, counts.wrong_body, counts.wrong_answer, counts.malformed, counts.broken, clients_waiting(),
         upstream_counts.refused);
}

/* The upstream alone, for clients that are another program on the same core. Until SIGTERM, or the end of who started it. */
static void serve(void) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (;;) events_wait();
}

int main(int argument_count, char **arguments) {
  static struct histogram latencies;
  struct options options = read_options(argument_count, arguments);
  const char *body = make_body(options.body_bytes);
  const struct protocol *protocol = options.protocol;
  protocol->prepare(options.proxy_port, body, options.body_bytes);
  events_open();
  if (options.upstream_port != 0) protocol->start_upstream(options.upstream_port);
  if (options.proxy_port == 0) serve();
  clients_open(protocol->client,
               (struct client_load){.port = options.proxy_port, .count = options.connections, .depth = options.depth, .is_secure = protocol->is_secure});
  run_until_warm(&options);
  clients_start();
  run_for(options.warmup_ns);
  clients_measure(&latencies);
  struct moment start = take_moment(&options);
  run_for(options.measure_ns);
  struct moment end = take_moment(&options);
  clients_measure(NULL);
  drain();
  print_measured(&start, &end, &latencies);
  print_totals();
  return 0;
}
