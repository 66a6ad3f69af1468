#ifndef PROCESSOR_TIME_H
#define PROCESSOR_TIME_H

#include <stdint.h>

/* Processor time that all threads of these processes have had, in nanoseconds. Fails where the system does not count it. */
uint64_t processor_time_ns(const int *processes, int count);

#endif
