/* What a connection costs in the kernel and nothing else: accept, read, write, close.
 *
 * Usage: bare PORT
 *
 * One epoll loop on each of two threads. Whatever comes in one read is answered by the same 900 octets, which look like the answer
 * of an OCSP responder, and the connection is closed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOPS = 2, EVENTS = 64, AT_ONCE = 16 };

static int listener;
static char answer[900];

static void begin(int loop, int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event)) close(fd);
}

static void *serve(void *unused) {
    char text[8192];
    struct epoll_event events[EVENTS];
    int loop = epoll_create1(0);
    begin(loop, listener, EPOLLIN | EPOLLEXCLUSIVE);
    for (;;) {
        int count = epoll_wait(loop, events, EVENTS, -1);
        for (int at = 0; at < count; at++) {
            int fd = events[at].data.fd;
            for (int taken = 0; fd == listener && taken < AT_ONCE; taken++) {
                int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (peer < 0) break;
                begin(loop, peer, EPOLLIN | EPOLLRDHUP);
            }
            if (fd == listener) continue;
            if (read(fd, text, sizeof text) > 0 && write(fd, answer, sizeof answer) < 0) perror("write");
            close(fd);
        }
    }
    return unused;
}

int main(int count, char **words) {
    if (count != 2) return fprintf(stderr, "usage: bare PORT\n"), 2;
    int one = 1;
    struct sockaddr_in place = {
        .sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&place, sizeof place) || listen(listener, 1024)) return perror("listen"), 1;
    memset(answer, ' ', sizeof answer);
    int head = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\ncontent-length: 800\r\n");
    memset(answer + head, 'x', sizeof answer - 804 - head);
    memcpy(answer + head, "x: ", 3);
    memcpy(answer + sizeof answer - 804, "\r\n\r\n0123\x0a\x01\x00", 11);
    pthread_t thread;
    for (int at = 1; at < LOOPS; at++) pthread_create(&thread, NULL, serve, NULL);
    serve(NULL);
}
