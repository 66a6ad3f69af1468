#ifndef THRIFT_H
#define THRIFT_H

#include "protocol.h"

/* Thrift calls of one method with a string, which is also the answer; binary protocol. */
extern const struct protocol framed_protocol;
extern const struct protocol ttheader_protocol;

#endif
