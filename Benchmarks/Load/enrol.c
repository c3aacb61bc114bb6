/* Clients of an ACME server, or of an API that signs requests: OpenSSL, one connection a client, kept.
 *
 * Usage: enrol -a ANCHORS [-s NAME] PORT orders DIRECTORY ANSWER_PORT COUNT CLIENTS
 *        enrol -a ANCHORS [-s NAME] [-c CHAIN -k KEY] PORT sign PATH TEMPLATE COUNT CLIENTS
 *
 * `orders`: every client has an account of its own, and orders, proves by http-01, finalizes and downloads; each order is for
 * another address within 127.0.0.0/8, all of which are this machine, so that nothing can be reused. It answers the
 * challenges itself, at ANSWER_PORT. `sign`: TEMPLATE is a file with the body to post; @CSR@ in it becomes a request, as a
 * JSON string, and @NAME@ its common name. COUNT is of all clients together; each request is by another P-256 key, and all
 * are made before it begins.
 *
 * Says "ready", waits for a line, does it, says "done FAILED REQUESTS SECONDS", waits for a line, and ends. What is not done
 * two minutes after it began has failed.
 */
#include "https.h"
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { MOST = 64 };

struct client {
    struct connection connection;
    int number;
    EVP_PKEY *key;
    char nonce[TEXT], account[TEXT], location[TEXT], thumbprint[64], jwk[512];
};

/* What is asked for, made ahead: of an order its address and request, of a signature the whole body. */
struct piece {
    char address[32];
    char *text;
};

static char *target;
static char new_nonce[TEXT], new_account[TEXT], new_order[TEXT];
static struct client clients[MOST];
static int client_count;
static struct piece *pieces;
static long piece_count;
static atomic_long failed;
/* Of the monotonic clock, in seconds: nothing more is asked after it. None while it is made ready. */
static double over = 1e300;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

/* RFC 7515 §2 */
static char *base64url(const unsigned char *bytes, size_t count, char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *end = text;
    for (size_t at = 0; at < count; at += 3) {
        size_t rest = count - at;
        unsigned word = bytes[at] << 16 | (rest > 1 ? bytes[at + 1] << 8 : 0) | (rest > 2 ? bytes[at + 2] : 0);
        *end++ = digits[word >> 18];
        *end++ = digits[word >> 12 & 63];
        if (rest > 1) *end++ = digits[word >> 6 & 63];
        if (rest > 2) *end++ = digits[word & 63];
    }
    *end = 0;
    return text;
}

/* The text of a member, wherever it first stands: enough for what these servers write. */
static int member(const char *json, const char *name, char *value) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    const char *at = strstr(json, quoted);
    if (!at) return 0;
    at += strlen(quoted);
    at += strspn(at, " \t\r\n:[");
    if (*at++ != '"') return 0;
    size_t count = strcspn(at, "\"");
    if (count >= TEXT) return 0;
    memcpy(value, at, count);
    value[count] = 0;
    return 1;
}

/* The object that holds this text. */
static int object(const char *json, const char *text, char *value) {
    const char *at = strstr(json, text);
    if (!at) return 0;
    const char *begin = at, *end = strchr(at, '}');
    while (begin > json && *begin != '{') begin--;
    if (!end || end - begin >= TEXT) return 0;
    memcpy(value, begin, end - begin);
    value[end - begin] = 0;
    return 1;
}

/* ACME */

static const char *path_of(const char *url) {
    const char *at = strstr(url, "://");
    at = at ? strchr(at + 3, '/') : url;
    return at ? at : "/";
}

static int ask(struct client *client, const char *method, const char *url, const char *type, const char *body) {
    client->location[0] = 0;
    if (now() > over || !exchange(&client->connection, method, path_of(url), type, body)) return 0;
    take_header(&client->connection, "Replay-Nonce", client->nonce);
    take_header(&client->connection, "Location", client->location);
    return 1;
}

/* RFC 7518 §3.4: r and s, 32 octets each. */
static char *sign_text(EVP_PKEY *key, const char *text, size_t length, char *signature64) {
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    unsigned char der[128], raw[64];
    size_t octets = sizeof der;
    if (EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, key) != 1
        || EVP_DigestSign(digest, der, &octets, (const unsigned char *)text, length) != 1) fail("sign");
    EVP_MD_CTX_free(digest);
    const unsigned char *place = der;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &place, octets);
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32);
    ECDSA_SIG_free(signature);
    return base64url(raw, 64, signature64);
}

/* RFC 8555 §6.2: ES256, flattened JSON. */
static int post(struct client *client, const char *url, const char *payload) {
    static __thread char protected[4 * TEXT], header64[8 * TEXT], payload64[ROOM], body[2 * ROOM], signature64[128];
    for (int try = 0; try < 5; try++) {
        if (!client->nonce[0] && !ask(client, "HEAD", new_nonce, "text/plain", "")) return 0;
        const char *member = client->account[0] ? "kid\":\"" : "jwk\":", *who = client->account[0] ? client->account : client->jwk;
        int count = snprintf(
            protected, sizeof protected, "{\"alg\":\"ES256\",\"%s%s%s,\"nonce\":\"%s\",\"url\":\"%s\"}", member, who,
            client->account[0] ? "\"" : "", client->nonce, url);
        client->nonce[0] = 0;
        base64url((unsigned char *)protected, count, header64);
        base64url((const unsigned char *)payload, strlen(payload), payload64);
        int signing = snprintf(body, sizeof body, "%s.%s", header64, payload64);
        sign_text(client->key, body, signing, signature64);
        snprintf(
            body, sizeof body, "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}", header64, payload64, signature64);
        if (!ask(client, "POST", url, "application/jose+json", body)) return 0;
        if (client->connection.status < 400) return 1;
        if (!strstr(client->connection.body, "badNonce")) break;
    }
    fprintf(stderr, "%s: %d %s\n", url, client->connection.status, client->connection.body);
    return 0;
}

static EVP_PKEY *new_key(void) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (!key) fail("key");
    return key;
}

static void make_account(struct client *client) {
    client->key = new_key();
    unsigned char point[65], digest[32];
    size_t count;
    char x[64], y[64];
    if (EVP_PKEY_get_octet_string_param(client->key, "encoded-pub-key", point, sizeof point, &count) != 1 || count != 65)
        fail("public key");
    base64url(point + 1, 32, x);
    base64url(point + 33, 32, y);
    snprintf(client->jwk, sizeof client->jwk, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
    EVP_Digest(client->jwk, strlen(client->jwk), digest, NULL, EVP_sha256(), NULL);
    base64url(digest, 32, client->thumbprint);
    if (!post(client, new_account, "{\"termsOfServiceAgreed\":true}")) fail("account");
    strcpy(client->account, client->location);
}

static int poll_until(struct client *client, const char *url, const char *wanted) {
    char status[TEXT];
    for (int tries = 0; tries < 1000; tries++) {
        if (!post(client, url, "") || !member(client->connection.body, "status", status)) return 0;
        if (!strcmp(status, wanted)) return 1;
        if (!strcmp(status, "invalid")) break;
        /* 5 ms: a validation on this machine takes about one. */
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    fprintf(stderr, "%s is not %s: %s\n", url, wanted, client->connection.body);
    return 0;
}

static int order(struct client *client, const struct piece *piece) {
    static __thread char payload[ROOM / 2];
    char url[TEXT], authorization[TEXT], finalize[TEXT], challenge[TEXT], certificate[TEXT], found[TEXT];
    char *body = client->connection.body;
    snprintf(payload, sizeof payload, "{\"identifiers\":[{\"type\":\"ip\",\"value\":\"%s\"}]}", piece->address);
    if (!post(client, new_order, payload)) return 0;
    strcpy(url, client->location);
    if (!member(body, "authorizations", authorization) || !member(body, "finalize", finalize)) return 0;
    if (!post(client, authorization, "")) return 0;
    if (!object(body, "http-01", found) || !member(found, "url", challenge)) return 0;
    if (!post(client, challenge, "{}") || !poll_until(client, authorization, "valid")) return 0;
    snprintf(payload, sizeof payload, "{\"csr\":\"%s\"}", piece->text);
    if (!post(client, finalize, payload)) return 0;
    if (!member(body, "certificate", certificate)
        && (!poll_until(client, url, "valid") || !member(body, "certificate", certificate))) return 0;
    return post(client, certificate, "") && strstr(body, "END CERTIFICATE") != NULL;
}

/* Any token at any address: the address says whose account it is. */
static void *answer(void *argument) {
    int listener = (int)(long)argument;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0; close(fd)) {
        char request[8192], response[1024], body[512];
        int count = 0, got;
        struct timeval time = {.tv_sec = 5};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
        do {
            got = read(fd, request + count, sizeof request - 1 - count);
            if (got <= 0) break;
            request[count += got] = 0;
        } while (!strstr(request, "\r\n\r\n"));
        struct sockaddr_in local;
        socklen_t length = sizeof local;
        getsockname(fd, (struct sockaddr *)&local, &length);
        int number = (int)(ntohl(local.sin_addr.s_addr) >> 16 & 255) - 1;
        char *token = got > 0 ? strstr(request, "/acme-challenge/") : NULL;
        if (!token || number < 0 || number >= MOST) continue;
        token += strlen("/acme-challenge/");
        int octets = snprintf(body, sizeof body, "%.*s.%s", (int)strcspn(token, " ?"), token, clients[number].thumbprint);
        int all = snprintf(
            response, sizeof response, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", octets, body);
        if (write(fd, response, all) != all) continue;
    }
    return NULL;
}

static void serve_answers(int port) {
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&any, sizeof any) || listen(listener, 512)) fail("listen for challenges");
    pthread_t thread;
    for (int each = 0; each < 4; each++) pthread_create(&thread, NULL, answer, (void *)(long)listener);
}

/* Signing */

static int sign(struct client *client, const struct piece *piece) {
    struct connection *one = &client->connection;
    if (!exchange(one, "POST", target, "application/json", piece->text)) return 0;
    if (one->status < 300 && strstr(one->body, "END CERTIFICATE")) return 1;
    fprintf(stderr, "%d %s\n", one->status, one->body);
    return 0;
}

/* What is made ahead */

/* A PKCS #10 request by a new key, for an address or for a common name. */
static int make_request(const char *address, const char *name, unsigned char **der) {
    EVP_PKEY *key = new_key();
    X509_REQ *request = X509_REQ_new();
    X509_REQ_set_version(request, 0);
    X509_REQ_set_pubkey(request, key);
    if (address) {
        char value[64];
        snprintf(value, sizeof value, "IP:%s", address);
        STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
        sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, value));
        X509_REQ_add_extensions(request, extensions);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    } else {
        X509_NAME_add_entry_by_txt(
            X509_REQ_get_subject_name(request), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    }
    if (!X509_REQ_sign(request, key, EVP_sha256())) fail("request");
    *der = NULL;
    int count = i2d_X509_REQ(request, der);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    return count;
}

/* The piece is the order of the client who has its number, counted round. */
static void prepare_order(struct piece *piece, long number) {
    long turn = number / client_count;
    snprintf(
        piece->address, sizeof piece->address, "127.%ld.%ld.%ld", 1 + number % client_count, turn / 250 % 250, 1 + turn % 250);
    unsigned char *der;
    int count = make_request(piece->address, NULL, &der);
    piece->text = malloc(count * 2);
    base64url(der, count, piece->text);
    OPENSSL_free(der);
}

/* Up to the mark, then the text instead of it. Returns what is behind the mark. */
static const char *replace(FILE *out, const char *from, const char *mark, const char *text) {
    const char *at = strstr(from, mark);
    if (!at) return from;
    fprintf(out, "%.*s%s", (int)(at - from), from, text);
    return at + strlen(mark);
}

static void prepare_body(struct piece *piece, long number, const char *template) {
    char name[32], pem[8192];
    snprintf(name, sizeof name, "load/%ld", number);
    unsigned char *der;
    int count = make_request(NULL, name, &der);
    int at = snprintf(pem, sizeof pem, "-----BEGIN CERTIFICATE REQUEST-----\\n");
    for (int from = 0; from < count; from += 48) {
        at += EVP_EncodeBlock((unsigned char *)pem + at, der + from, count - from < 48 ? count - from : 48);
        at += snprintf(pem + at, sizeof pem - at, "\\n");
    }
    snprintf(pem + at, sizeof pem - at, "-----END CERTIFICATE REQUEST-----\\n");
    OPENSSL_free(der);
    size_t length;
    FILE *out = open_memstream(&piece->text, &length);
    const char *rest = replace(out, template, "@NAME@", name);
    fputs(replace(out, rest, "@CSR@", pem), out);
    fclose(out);
}

static char *contents(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    char *text = calloc(1, ROOM);
    if (!fread(text, 1, ROOM / 2, file)) fail(path);
    fclose(file);
    return text;
}

/* Doing it */

static int (*work)(struct client *, const struct piece *);

static void *run_client(void *argument) {
    struct client *client = argument;
    for (long number = client->number; number < piece_count; number += client_count)
        if (now() > over) {
            failed++;
        } else if (!work(client, &pieces[number])) {
            failed++;
            open_again(&client->connection);
        }
    return NULL;
}

static void await_line(void) {
    if (getchar() == EOF) exit(1);
}

int main(int count, char **words) {
    const char *anchors = NULL, *chain = NULL, *key = NULL;
    for (int option; (option = getopt(count, words, "a:s:c:k:")) != -1;) switch (option) {
        case 'a': anchors = optarg; break;
        case 's': server.name = optarg; break;
        case 'c': chain = optarg; break;
        case 'k': key = optarg; break;
        default: return 64;
        }
    words += optind;
    if (count - optind != 6 || !anchors) return 64;
    signal(SIGPIPE, SIG_IGN);
    server.port = atoi(words[0]);
    target = words[2];
    piece_count = atol(words[4]);
    client_count = atoi(words[5]);
    if (piece_count < 1 || client_count < 1 || client_count > MOST) return 64;
    int is_acme = !strcmp(words[1], "orders");
    pieces = calloc(piece_count, sizeof *pieces);
    char *template = is_acme ? NULL : contents(words[3]);
    for (long each = 0; each < piece_count; each++)
        is_acme ? prepare_order(&pieces[each], each) : prepare_body(&pieces[each], each, template);

    trust(anchors);
    if (chain) show(chain, key);
    for (int each = 0; each < client_count; each++) {
        clients[each].number = each;
        if (!open_connection(&clients[each].connection)) fail("connect");
    }
    work = is_acme ? order : sign;
    if (is_acme) {
        serve_answers(atoi(words[3]));
        const char *body = clients[0].connection.body;
        if (!ask(&clients[0], "GET", target, "text/plain", "") || !member(body, "newNonce", new_nonce)
            || !member(body, "newAccount", new_account) || !member(body, "newOrder", new_order)) fail("directory");
        for (int each = 0; each < client_count; each++) make_account(&clients[each]);
    }
    printf("ready\n");
    fflush(stdout);
    await_line();
    requests = 0;
    double began = now();
    over = began + 120;
    pthread_t threads[MOST];
    for (int each = 0; each < client_count; each++) pthread_create(&threads[each], NULL, run_client, &clients[each]);
    for (int each = 0; each < client_count; each++) pthread_join(threads[each], NULL);
    printf("done %ld %ld %.6f\n", (long)failed, (long)requests, now() - began);
    fflush(stdout);
    await_line();
    return 0;
}
