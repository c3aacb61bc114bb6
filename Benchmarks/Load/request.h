/* What the load asks of the backend: every request is one block of 64 octets, on every kind of connection. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdint.h>

enum { BLOCK = 64 };

enum request_kind {
    ECHO = 'e', /* answer with this block */
    DOWN = 'd', /* send `length` octets */
    UP = 'u',   /* `length` octets follow; answer with this block when they are there */
};

struct request {
    uint8_t kind;
    uint8_t zero[7];
    uint64_t length; /* in this machine's order: both ends are on it */
    uint8_t rest[BLOCK - 16];
};

#endif
