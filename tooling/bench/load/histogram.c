#include "histogram.h"

/* Values below 64 have a bucket each; from there on each power of two is cut into 64 buckets of equal width. */
static unsigned shift_of(uint64_t value) {
  unsigned bits = value < HISTOGRAM_SUB_BUCKETS ? 6 : 63 - (unsigned)__builtin_clzll(value);
  return bits - 6;
}

static unsigned bucket_of(uint64_t value) {
  unsigned shift = shift_of(value);
  unsigned bucket = shift * HISTOGRAM_SUB_BUCKETS + (unsigned)(value >> shift);
  return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static uint64_t upper_end_of(unsigned bucket) {
  if (bucket < 2 * HISTOGRAM_SUB_BUCKETS) return bucket;
  unsigned shift = bucket / HISTOGRAM_SUB_BUCKETS - 1;
  uint64_t lead = bucket - shift * HISTOGRAM_SUB_BUCKETS;
  return ((lead + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value) {
  histogram->counts[bucket_of(value)]++;
  histogram->total++;
}

uint64_t histogram_quantile(const struct histogram *histogram, double fraction) {
  uint64_t wanted = (uint64_t)(fraction * (double)histogram->total);
  uint64_t seen = 0;
  for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
    seen += histogram->counts[bucket];
    if (seen > wanted || (seen == histogram->total && seen > 0)) return upper_end_of(bucket);
  }
  return 0;
}
