/* Clients of a proxy that come at a rate of their own, however slow it is: mutual TLS 1.3, 64 octets and an answer, close.
 *
 * Usage: storm -c CHAIN -k KEY -a ANCHORS PORT RATE SECONDS PATIENCE
 *
 * RATE clients a second, each on a connection of its own; one that was not served within PATIENCE milliseconds goes away. A
 * line for each second of it, by the second in which the clients ended: came, served, refused, gone, and how long the
 * served had waited, in microseconds, at the median and at the 99th of a hundred.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "mutual.h"
#include "request.h"

enum { MOST = 1 << 16 };

struct client {
    int fd;
    SSL *tls;
    int64_t came;
    int is_asked;
    size_t have;
    struct client *before, *after; /* by the time at which they came */
};

static SSL_CTX *context;
static struct sockaddr_in address = {.sin_family = AF_INET};
static int events;
static struct client *oldest, *newest;
static const struct request echo = {.kind = ECHO};

static long came, served, refused, gone;
static int64_t waits[MOST];

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void end(struct client *client) {
    *(client->before ? &client->before->after : &oldest) = client->after;
    *(client->after ? &client->after->before : &newest) = client->before;
    SSL_free(client->tls);
    close(client->fd);
    free(client);
}

static void come(void) {
    struct client *client = calloc(1, sizeof *client);
    int on = 1;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0) fail("socket");
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client->came = now();
    client->tls = SSL_new(context);
    SSL_set_fd(client->tls, client->fd);
    SSL_set_connect_state(client->tls);
    client->before = newest;
    *(newest ? &newest->after : &oldest) = client;
    newest = client;
    came++;
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
        refused++;
        return end(client);
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
    epoll_ctl(events, EPOLL_CTL_ADD, client->fd, &event);
}

/* Nothing is to be done before the socket is ready again. */
static int waits_for_more(struct client *client, int result) {
    int error = SSL_get_error(client->tls, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static void go_on(struct client *client, uint32_t ready) {
    static struct request answer;
    int result;
    ERR_clear_error();
    if (ready & EPOLLERR) goto lost;
    if (!client->is_asked) {
        if ((result = SSL_do_handshake(client->tls)) != 1) {
            if (waits_for_more(client, result)) return;
            goto lost;
        }
        if (SSL_write(client->tls, &echo, BLOCK) != BLOCK) goto lost;
        client->is_asked = 1;
    }
    while (client->have < BLOCK) {
        result = SSL_read(client->tls, (char *)&answer, (int)(BLOCK - client->have));
        if (result <= 0) {
            if (waits_for_more(client, result)) return;
            goto lost;
        }
        client->have += (size_t)result;
    }
    waits[served++ % MOST] = now() - client->came;
    SSL_shutdown(client->tls);
    return end(client);
lost:
    refused++;
    end(client);
}

static int by_size(const void *left, const void *right) {
    int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
    return one < other ? -1 : one > other;
}

static void tell(void) {
    long known = served < MOST ? served : MOST;
    qsort(waits, (size_t)known, sizeof *waits, by_size);
    printf("%ld %ld %ld %ld %ld %ld\n", came, served, refused, gone, known ? (long)waits[known / 2] : 0,
        known ? (long)waits[known * 99 / 100] : 0);
    fflush(stdout);
    came = served = refused = gone = 0;
}

int main(int count, char **arguments) {
    const char *chain = NULL, *key = NULL, *anchors = NULL;
    for (int option; (option = getopt(count, arguments, "c:k:a:")) != -1;) switch (option) {
        case 'c': chain = optarg; break;
        case 'k': key = optarg; break;
        case 'a': anchors = optarg; break;
        default: return 64;
        }
    if (count - optind != 4 || !(chain && key && anchors))
        return fputs("usage: storm -c CHAIN -k KEY -a ANCHORS PORT RATE SECONDS PATIENCE\n", stderr), 64;
    signal(SIGPIPE, SIG_IGN);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)atoi(arguments[optind]));
    double rate = atof(arguments[optind + 1]);
    int64_t seconds = atoll(arguments[optind + 2]), patience = atoll(arguments[optind + 3]) * 1000;
    context = mutual_context(chain, key, anchors);
    events = epoll_create1(0);

    struct epoll_event ready[64];
    int64_t begun = now(), told = 0;
    double due = 0;
    for (int64_t time = 0; time < seconds * 1000000; time = now() - begun) {
        for (; due * 1e6 <= (double)time; due += 1 / rate) come();
        while (oldest && begun + time - oldest->came > patience) {
            gone++;
            end(oldest);
        }
        if (time / 1000000 > told) {
            tell();
            told++;
        }
        int number = epoll_wait(events, ready, 64, 1);
        for (int i = 0; i < number; i++) go_on(ready[i].data.ptr, ready[i].events);
    }
    tell();
    return 0;
}
