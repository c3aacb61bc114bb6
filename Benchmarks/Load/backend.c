/* A service that knows nothing of TLS: one thread answers every block, and each long transfer has a thread of its own while
 * it lasts. A thread for each connection would sleep between blocks, and to wake it would cost the proxy more than the
 * block does. Serves until it is killed.
 * Usage: backend PORT */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
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

static int events;

static void await_next(int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(events, EPOLL_CTL_ADD, fd, &event);
}

struct transfer {
    int fd;
    struct request request;
};

static int carry(const struct transfer *transfer, char *chunk) {
    const struct request *request = &transfer->request;
    for (uint64_t left = request->length; left > 0;) {
        size_t want = left < CHUNK ? (size_t)left : CHUNK;
        if (request->kind == DOWN) {
            if (!write_all(transfer->fd, chunk, want)) return 0;
            left -= want;
        } else {
            ssize_t n = read(transfer->fd, chunk, want);
            if (n <= 0) return 0;
            left -= (uint64_t)n;
        }
    }
    return request->kind == DOWN || write_all(transfer->fd, request, BLOCK);
}

static void *carry_apart(void *argument) {
    struct transfer *transfer = argument;
    char *chunk = calloc(1, CHUNK);
    if (chunk && carry(transfer, chunk))
        await_next(transfer->fd);
    else
        close(transfer->fd);
    free(chunk);
    free(transfer);
    return NULL;
}

static void serve(int fd) {
    struct transfer now = {.fd = fd};
    if (!read_block(fd, &now.request)) return (void)close(fd);
    if (now.request.kind == ECHO) {
        if (!write_all(fd, &now.request, BLOCK)) close(fd);
        return;
    }
    epoll_ctl(events, EPOLL_CTL_DEL, fd, NULL);
    struct transfer *apart = malloc(sizeof *apart);
    pthread_t thread;
    *apart = now;
    if (pthread_create(&thread, NULL, carry_apart, apart) == 0) pthread_detach(thread);
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
    events = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[64];
    epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int number = epoll_wait(events, ready, 64, -1);
        for (int i = 0; i < number; i++) {
            if (ready[i].data.fd != listener) {
                serve(ready[i].data.fd);
                continue;
            }
            int fd = accept(listener, NULL, NULL);
            if (fd < 0) continue;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            await_next(fd);
        }
    }
}
