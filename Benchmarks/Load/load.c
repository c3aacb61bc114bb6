/* A client of a proxy: mutual TLS 1.3 with OpenSSL, or plain TCP to a local door.
 *
 * Usage: load [-p] [-c CHAIN -k KEY -a ANCHORS] PORT handshakes COUNT WORKERS
 *                                                    requests COUNT CONNECTIONS     64 octets and an answer, in turn
 *                                                    down|up OCTETS CONNECTIONS     so many on each
 *                                                    idle 0 CONNECTIONS             one exchange, then silence
 *
 * Says "ready", waits for a line, does it, says "done" with how many TLS handshakes and session tickets there were,
 * waits for a line, and ends. X25519 and AES-128-GCM always, so that every proxy does the same work.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mutual.h"
#include "request.h"

enum { CHUNK = 64 * 1024 };

struct peer {
    int fd;
    SSL *tls; /* NULL: plain */
};

static SSL_CTX *context;
static struct sockaddr_in address = {.sin_family = AF_INET};
static uint64_t amount;
static atomic_long left;
static atomic_long handshakes, tickets;

static int saw_ticket(SSL *tls, SSL_SESSION *session) {
    (void)tls, (void)session;
    tickets++;
    return 0;
}

static struct peer open_peer(void) {
    struct peer peer = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    int on = 1;
    setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(peer.fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    if (!context) return peer;
    peer.tls = SSL_new(context);
    SSL_set_fd(peer.tls, peer.fd);
    if (SSL_connect(peer.tls) != 1) fail("handshake");
    handshakes++;
    return peer;
}

static void send_all(struct peer peer, const void *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        const char *from = (const char *)bytes + done;
        int n = peer.tls ? SSL_write(peer.tls, from, (int)(count - done))
                         : (int)send(peer.fd, from, count - done, MSG_NOSIGNAL);
        if (n <= 0) fail("send");
        done += (size_t)n;
    }
}

static size_t receive(struct peer peer, void *bytes, size_t count) {
    int n = peer.tls ? SSL_read(peer.tls, bytes, (int)count) : (int)read(peer.fd, bytes, count);
    if (n <= 0) fail("receive");
    return (size_t)n;
}

static const struct request echo = {.kind = ECHO};

static void receive_block(struct peer peer, const struct request *expected) {
    struct request answer;
    for (size_t have = 0; have < BLOCK;) have += receive(peer, (char *)&answer + have, BLOCK - have);
    if (memcmp(expected, &answer, BLOCK)) fail("another answer than was sent");
}

static void exchange(struct peer peer) {
    send_all(peer, &echo, BLOCK);
    receive_block(peer, &echo);
}

/* Until the proxy has closed too: so that all of its work falls into the measured time. */
static void close_peer(struct peer peer) {
    char byte;
    if (peer.tls) SSL_shutdown(peer.tls);
    shutdown(peer.fd, SHUT_WR);
    while (read(peer.fd, &byte, 1) > 0) {
    }
    SSL_free(peer.tls);
    close(peer.fd);
}

static void *handshake_worker(void *unused) {
    while (left-- > 0) {
        struct peer peer = open_peer();
        exchange(peer);
        close_peer(peer);
    }
    return unused;
}

static void *down_worker(void *argument) {
    struct peer peer = *(struct peer *)argument;
    struct request request = {.kind = DOWN, .length = amount};
    char *chunk = malloc(CHUNK);
    send_all(peer, &request, BLOCK);
    for (uint64_t rest = amount; rest > 0;) rest -= receive(peer, chunk, rest < CHUNK ? (size_t)rest : CHUNK);
    free(chunk);
    return NULL;
}

static void *up_worker(void *argument) {
    struct peer peer = *(struct peer *)argument;
    struct request request = {.kind = UP, .length = amount};
    static const char zeros[CHUNK];
    send_all(peer, &request, BLOCK);
    for (uint64_t rest = amount; rest > 0;) {
        size_t now = rest < CHUNK ? (size_t)rest : CHUNK;
        send_all(peer, zeros, now);
        rest -= now;
    }
    receive_block(peer, &request);
    return NULL;
}

/* One thread for all: see backend.c. */
static void ask_in_turn(struct peer *peers, int connections) {
    int events = epoll_create1(0);
    struct epoll_event ready[64];
    for (int i = 0; i < connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &peers[i]};
        epoll_ctl(events, EPOLL_CTL_ADD, peers[i].fd, &event);
        send_all(peers[i], &echo, BLOCK);
    }
    for (long sent = connections, answered = 0; answered < left;) {
        int number = epoll_wait(events, ready, 64, -1);
        for (int i = 0; i < number; i++, answered++) {
            struct peer *peer = ready[i].data.ptr;
            receive_block(*peer, &echo);
            if (sent++ < left) send_all(*peer, &echo, BLOCK);
        }
    }
    close(events);
}

static void say(const char *line) {
    printf("%s\n", line);
    fflush(stdout);
}

static void await_line(void) {
    for (int c = getchar(); c != '\n'; c = getchar())
        if (c == EOF) exit(0);
}

static void make_context(const char *chain, const char *key, const char *anchors) {
    context = mutual_context(chain, key, anchors);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, saw_ticket);
}

int main(int count, char **arguments) {
    const char *chain = NULL, *key = NULL, *anchors = NULL;
    int plain = 0;
    for (int option; (option = getopt(count, arguments, "pc:k:a:")) != -1;) switch (option) {
        case 'p': plain = 1; break;
        case 'c': chain = optarg; break;
        case 'k': key = optarg; break;
        case 'a': anchors = optarg; break;
        default: return 64;
        }
    if (count - optind != 4 || (!plain && !(chain && key && anchors)))
        return fputs("usage: load [-p] [-c CHAIN -k KEY -a ANCHORS] PORT WHAT AMOUNT CONNECTIONS\n", stderr), 64;
    signal(SIGPIPE, SIG_IGN);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)atoi(arguments[optind]));
    const char *what = arguments[optind + 1];
    amount = strtoull(arguments[optind + 2], NULL, 10);
    left = (long)amount;
    int connections = atoi(arguments[optind + 3]);
    if (!plain) make_context(chain, key, anchors);

    int asks = !strcmp(what, "requests"), idles = !strcmp(what, "idle");
    void *(*worker)(void *) = !strcmp(what, "down") ? down_worker : !strcmp(what, "up") ? up_worker : handshake_worker;
    int holds = asks || worker != handshake_worker;
    struct peer *peers = calloc((size_t)connections, sizeof *peers);
    pthread_t *threads = calloc((size_t)connections, sizeof *threads);
    for (int i = 0; holds && i < connections; i++) exchange(peers[i] = open_peer());
    say("ready");
    await_line();
    if (asks) {
        ask_in_turn(peers, connections);
    } else if (idles) {
        for (int i = 0; i < connections; i++) exchange(peers[i] = open_peer());
    } else {
        for (int i = 0; i < connections; i++) pthread_create(&threads[i], NULL, worker, &peers[i]);
        for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
    }
    printf("done %ld %ld\n", (long)handshakes, (long)tickets);
    fflush(stdout);
    await_line();
    for (int i = 0; (holds || idles) && i < connections; i++) close_peer(peers[i]);
    return 0;
}
