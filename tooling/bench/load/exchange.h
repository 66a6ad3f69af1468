#ifndef EXCHANGE_H
#define EXCHANGE_H

/* Each request carries an id in its path, and its answer carries the same id: an answer that reaches another client shows. */
#define ID_LENGTH 16
#define REQUEST_START "GET /items/"
#define ANSWER_ID_HEADER "X-Item"

#endif
