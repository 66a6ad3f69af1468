#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

/* Counts durations in buckets that are at most 1/64 wide: enough for percentiles, without memory that grows with the run. */
#define HISTOGRAM_SUB_BUCKETS 64
#define HISTOGRAM_BUCKETS (HISTOGRAM_SUB_BUCKETS * 40)

struct histogram {
  uint64_t total;
  uint64_t counts[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* The value that `fraction` of all values do not exceed, to the upper end of its bucket; 0 without values. */
uint64_t histogram_quantile(const struct histogram *histogram, double fraction);

#endif
