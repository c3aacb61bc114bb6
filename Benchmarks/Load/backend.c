/* A service that knows nothing of TLS. One thread for each connection; serves until it is killed.
 * Usage: backend PORT */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "request.h"

enum { CHUNK = 256 * 1024 };

static int read_block(int fd, void *block) {
    size_t have = 0;
    while (have < BLOCK) {
        ssize_t n = read(fd, (char *)block + have, BLOCK - have);
        if (n <= 0) return 0;
        have += (size_t)n;
    }
    return 1;
}

static int write_all(int fd, const void *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t n = send(fd, (const char *)bytes + done, count - done, MSG_NOSIGNAL);
        if (n <= 0) return 0;
        done += (size_t)n;
    }
    return 1;
}

static int serve(int fd, const struct request *request, char **chunk) {
    if (request->kind == ECHO) return write_all(fd, request, BLOCK);
    if (!*chunk && !(*chunk = calloc(1, CHUNK))) return 0;
    for (uint64_t left = request->length; left > 0;) {
        size_t want = left < CHUNK ? (size_t)left : CHUNK;
        if (request->kind == DOWN) {
            if (!write_all(fd, *chunk, want)) return 0;
            left -= want;
        } else {
            ssize_t n = read(fd, *chunk, want);
            if (n <= 0) return 0;
            left -= (uint64_t)n;
        }
    }
    return request->kind == DOWN || write_all(fd, request, BLOCK);
}

static void *connection(void *argument) {
    int fd = (int)(intptr_t)argument;
    struct request request;
    char *chunk = NULL;
    while (read_block(fd, &request) && serve(fd, &request, &chunk)) {
    }
    free(chunk);
    close(fd);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 2) return fputs("usage: backend PORT\n", stderr), 64;
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
        return perror("backend"), 1;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        if (pthread_create(&thread, &small, connection, (void *)(intptr_t)fd)) close(fd);
    }
}
