#ifndef FAILURE_H
#define FAILURE_H

/* Ends the program with a message, and the system's reason when errno has one. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
