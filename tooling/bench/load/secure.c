#include "secure.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "failure.h"

#ifdef WITH_OPENSSL
#include <openssl/ssl.h>

bool secure_is_possible(void) { return true; }

static SSL_CTX *shared_context(void) {
  static SSL_CTX *context;
  if (context != NULL) return context;
  context = SSL_CTX_new(TLS_client_method());
  if (context == NULL) fail("SSL_CTX_new");
  /* The measured proxies have a certificate of their own making. What all of them have is negotiated: the same work for each. */
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  if (SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1) fail("SSL_CTX_set_ciphersuites");
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE);
  return context;
}

static void set_blocking(int fd, bool blocking) {
  int flags = fcntl(fd, F_GETFL);
  if (fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) != 0) fail("fcntl");
}

struct secure *secure_connect(int fd) {
  SSL *ssl = SSL_new(shared_context());
  if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) fail("SSL_new");
  set_blocking(fd, true);
  int outcome = SSL_connect(ssl);
  set_blocking(fd, false);
  if (outcome == 1) return (struct secure *)ssl;
  SSL_free(ssl);
  return NULL;
}

void secure_close(struct secure *secure) { SSL_free((SSL *)secure); }

static ssize_t outcome_of(SSL *ssl, int outcome) {
  if (outcome > 0) return outcome;
  int error = SSL_get_error(ssl, outcome);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
  return -1;
}

ssize_t secure_send(struct secure *secure, int fd, const void *bytes, size_t length) {
  if (secure == NULL) return send(fd, bytes, length, MSG_NOSIGNAL);
  return outcome_of((SSL *)secure, SSL_write((SSL *)secure, bytes, (int)length));
}

ssize_t secure_receive(struct secure *secure, int fd, void *bytes, size_t length) {
  if (secure == NULL) return recv(fd, bytes, length, 0);
  return outcome_of((SSL *)secure, SSL_read((SSL *)secure, bytes, (int)length));
}

#else

bool secure_is_possible(void) { return false; }

struct secure *secure_connect(int fd) { fail("no TLS on %d: compiled without OpenSSL", fd); }

void secure_close(struct secure *secure) { (void)secure; }

ssize_t secure_send(struct secure *secure, int fd, const void *bytes, size_t length) {
  (void)secure;
  return send(fd, bytes, length, MSG_NOSIGNAL);
}

ssize_t secure_receive(struct secure *secure, int fd, void *bytes, size_t length) {
  (void)secure;
  return recv(fd, bytes, length, 0);
}

#endif
