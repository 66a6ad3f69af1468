#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t read_clock_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static inline uint64_t now_ns(void) { return read_clock_ns(CLOCK_MONOTONIC); }

static inline uint64_t own_processor_ns(void) { return read_clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

#endif
