/* A client of HTTP/1.1 over TLS 1.2 or 1.3, one connection that is kept: what the loads that ask servers have in common. */
#ifndef HTTPS_H
#define HTTPS_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "fail.h"

enum { ROOM = 1 << 16, TEXT = 1024 };

struct connection {
    int fd, status;
    SSL *tls;
    char head[ROOM], body[ROOM];
};

struct server {
    SSL_CTX *context;
    const char *name;
    int port;
};

static struct server server = {.name = "localhost"};
static atomic_long requests;

static inline void trust(const char *anchors) {
    server.context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(server.context, TLS1_2_VERSION);
    SSL_CTX_set_verify(server.context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(server.context, anchors, NULL) != 1) fail(anchors);
}

static inline void show(const char *chain, const char *key) {
    if (SSL_CTX_use_certificate_chain_file(server.context, chain) != 1
        || SSL_CTX_use_PrivateKey_file(server.context, key, SSL_FILETYPE_PEM) != 1) fail(chain);
}

/* 0 when there is none in time. */
static inline int open_connection(struct connection *one) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    one->fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    /* Who has not answered, or taken what is sent, by then has failed. */
    struct timeval patience = {.tv_sec = 10};
    setsockopt(one->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(one->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    one->tls = SSL_new(server.context);
    SSL_set_fd(one->tls, one->fd);
    SSL_set_tlsext_host_name(one->tls, server.name);
    SSL_set1_host(one->tls, server.name);
    return connect(one->fd, (struct sockaddr *)&address, sizeof address) == 0 && SSL_connect(one->tls) == 1;
}

static inline void open_again(struct connection *one) {
    SSL_free(one->tls);
    close(one->fd);
    ERR_clear_error();
    if (!open_connection(one)) fprintf(stderr, "no connection to port %d\n", server.port);
}

/* A field of the last answer's head; it ends at the line's end. */
static inline const char *header(const struct connection *one, const char *name) {
    size_t count = strlen(name);
    for (const char *line = strstr(one->head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (!strncasecmp(line, name, count) && line[count] == ':')
            return line + count + 1 + strspn(line + count + 1, " ");
    }
    return NULL;
}

/* The same, copied to `value`, which stays as it is when there is no such field. */
static inline void take_header(const struct connection *one, const char *name, char value[TEXT]) {
    const char *found = header(one, name);
    if (!found) return;
    size_t count = strcspn(found, "\r");
    if (count >= TEXT) count = TEXT - 1;
    memcpy(value, found, count);
    value[count] = 0;
}

static inline int read_more(struct connection *one, char *buffer, size_t *count) {
    int got = SSL_read(one->tls, buffer + *count, ROOM - 1 - *count);
    if (got <= 0) return 0;
    *count += got;
    buffer[*count] = 0;
    return 1;
}

/* 0 when the connection did not give a whole answer. Whatever the status: see `status`. */
static inline int exchange(
    struct connection *one, const char *method, const char *target, const char *type, const char *body
) {
    static __thread char request[6 * ROOM];
    int count = snprintf(
        request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: load\r\nContent-Type: %s\r\n"
        "Content-Length: %zu\r\n\r\n%s", method, target, server.name, server.port, type, strlen(body), body);
    requests++;
    ERR_clear_error();
    if (count >= (int)sizeof request || SSL_write(one->tls, request, count) != count) return 0;
    size_t have = 0;
    char *end;
    one->head[0] = 0;
    while (!(end = strstr(one->head, "\r\n\r\n")))
        if (!read_more(one, one->head, &have)) return 0;
    size_t held = have - (end + 4 - one->head);
    memcpy(one->body, end + 4, held + 1);
    end[2] = 0;
    one->status = atoi(one->head + 9);
    if (!strcmp(method, "HEAD") || one->status == 204) return 1;
    const char *length = header(one, "Content-Length");
    if (length) {
        size_t wanted = strtoul(length, NULL, 10);
        while (held < wanted)
            if (!read_more(one, one->body, &held)) return 0;
        return 1;
    }
    /* Chunked: only its end has to be known, for members are looked for by their text. */
    while (held < 5 || strcmp(one->body + held - 5, "0\r\n\r\n"))
        if (!read_more(one, one->body, &held)) return 0;
    return 1;
}

#endif
