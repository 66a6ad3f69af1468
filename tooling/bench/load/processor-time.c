#include "processor-time.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "failure.h"

/* The first number of schedstat is exact, unlike the ticks of /proc/PID/stat. */
static uint64_t thread_time_ns(int process, const char *thread) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", process, thread);
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0; /* the thread has just ended */
  uint64_t time = 0;
  if (fscanf(file, "%" SCNu64, &time) != 1) fail("%s holds no number", path);
  fclose(file);
  return time;
}

static uint64_t process_time_ns(int process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *folder = opendir(path);
  if (folder == NULL) {
    errno = 0;
    fail("process %d has ended", process);
  }
  uint64_t sum = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] != '.') sum += thread_time_ns(process, entry->d_name);
  }
  closedir(folder);
  return sum;
}

uint64_t processor_time_ns(const int *processes, int count) {
  uint64_t sum = 0;
  for (int i = 0; i < count; i++) sum += process_time_ns(processes[i]);
  errno = 0; /* of threads that have just ended */
  return sum;
}
