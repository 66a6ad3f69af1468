#include "failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *format, ...) {
  int reason = errno;
  va_list values;
  va_start(values, format);
  fputs("load: ", stderr);
  vfprintf(stderr, format, values);
  va_end(values);
  if (reason != 0) fprintf(stderr, ": %s", strerror(reason));
  fputc('\n', stderr);
  exit(1);
}
