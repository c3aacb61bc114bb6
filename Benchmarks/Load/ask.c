/* Clients of an OCSP responder over plain HTTP.
 *
 * Usage: ask PORT PATH QUESTION kept|each COUNT CLIENTS
 *
 * QUESTION is a file with the DER of an OCSPRequest; where it has a nonce (RFC 9654), the last octets of the file, each request
 * has another one. Every client asks by POST, one request after the other: on a connection that is kept, or on a new one each
 * time. COUNT is of all clients together. An answer counts when it is HTTP 200 with an OCSPResponse that is successful.
 *
 * Says "ready", waits for a line, does it, says "done FAILED SECONDS", waits for a line, and ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, TEXT = 8192, NONCE = 16 };

static int port, keeps, has_nonce;
static char head[512];
static unsigned char question[TEXT];
static size_t head_length, question_length;
static atomic_long left, failed;

static int connected(void) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&place, sizeof place) == 0) return fd;
    close(fd);
    return -1;
}

/* Reads one HTTP answer; true when it is what was asked for. */
static int heard(int fd) {
    char text[TEXT];
    size_t count = 0;
    char *body = NULL;
    size_t length = 0;
    while (!body || count < (size_t)(body - text) + length) {
        if (count >= sizeof text - 1) return 0;
        ssize_t some = read(fd, text + count, sizeof text - 1 - count);
        if (some <= 0) return 0;
        count += some;
        text[count] = 0;
        if (body) continue;
        char *end = memmem(text, count, "\r\n\r\n", 4);
        if (!end) continue;
        body = end + 4;
        char *field = strcasestr(text, "content-length:");
        if (!field || field > end) return 0;
        length = strtoul(field + 15, NULL, 10);
    }
    /* SEQUENCE, its length in two octets, ENUMERATED 0. */
    return strncmp(text + 8, " 200", 4) == 0 && length > 64 && memcmp(body + 4, "\x0a\x01\x00", 3) == 0;
}

static void *ask(void *given) {
    unsigned char message[TEXT];
    uint64_t state = (uint64_t)(uintptr_t)given * 0x9E3779B97F4A7C15u + 1;
    memcpy(message, head, head_length);
    memcpy(message + head_length, question, question_length);
    size_t length = head_length + question_length;
    int fd = -1;
    while (atomic_fetch_sub(&left, 1) > 0) {
        for (int at = 0; has_nonce && at < NONCE; at += 8) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            memcpy(message + length - NONCE + at, &state, 8);
        }
        if (fd < 0) fd = connected();
        if (fd < 0 || write(fd, message, length) != (ssize_t)length || !heard(fd)) {
            atomic_fetch_add(&failed, 1);
            if (fd >= 0) close(fd);
            fd = -1;
        } else if (!keeps) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0) close(fd);
    return NULL;
}

int main(int count, char **words) {
    if (count != 7) return fprintf(stderr, "usage: ask PORT PATH QUESTION kept|each COUNT CLIENTS\n"), 2;
    port = atoi(words[1]);
    keeps = strcmp(words[4], "kept") == 0;
    FILE *file = fopen(words[3], "rb");
    if (!file || !(question_length = fread(question, 1, sizeof question - sizeof head, file))) return perror(words[3]), 2;
    fclose(file);
    /* id-pkix-ocsp-nonce, which nothing follows. */
    has_nonce = memmem(question, question_length, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02", 9) != NULL;
    head_length = snprintf(
        head, sizeof head,
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ocsp-request\r\nContent-Length: %zu\r\n%s\r\n",
        words[2], question_length, keeps ? "" : "Connection: close\r\n");
    long clients = atol(words[6]);
    atomic_store(&left, atol(words[5]));
    if (clients < 1 || clients > MOST) return fprintf(stderr, "1 to %d clients\n", MOST), 2;
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) return 1;
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pthread_t threads[MOST];
    for (long at = 0; at < clients; at++) pthread_create(&threads[at], NULL, ask, (void *)(at + 1));
    for (long at = 0; at < clients; at++) pthread_join(threads[at], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("done %ld %.6f\n", atomic_load(&failed), (end.tv_sec - begin.tv_sec) + (end.tv_nsec - begin.tv_nsec) / 1e9);
    fflush(stdout);
    getchar();
    return 0;
}
