/* How a load ends that cannot go on: with what failed, and what the system and OpenSSL say of it. */
#ifndef FAIL_H
#define FAIL_H

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

static inline void fail(const char *what) {
    fprintf(stderr, "%s: ", what);
    perror("");
    ERR_print_errors_fp(stderr);
    exit(1);
}

#endif
