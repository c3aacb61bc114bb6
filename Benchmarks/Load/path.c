/* What OpenSSL's own verifier costs for the same path: parse leaf and issuing certificate, then X509_verify_cert.
 * Usage: path FOLDER ROUNDS    (leaf.der, issuing.der and root.der are there); prints µs of CPU for one, a line a round */
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COUNT = 200 };

struct der {
    unsigned char bytes[8192];
    long count;
};

static struct der load(const char *folder, const char *name) {
    char path[4096];
    struct der der;
    snprintf(path, sizeof path, "%s/%s.der", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) exit((perror(path), 1));
    der.count = (long)fread(der.bytes, 1, sizeof der.bytes, file);
    fclose(file);
    return der;
}

static X509 *parse(const struct der *der) {
    const unsigned char *at = der->bytes;
    X509 *certificate = d2i_X509(NULL, &at, der->count);
    if (!certificate) exit((fputs("path: a certificate does not parse\n", stderr), 1));
    return certificate;
}

static void verify(X509_STORE *store, const struct der *leaf, const struct der *issuing) {
    X509 *first = parse(leaf), *second = parse(issuing);
    STACK_OF(X509) *others = sk_X509_new_null();
    sk_X509_push(others, second);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, first, others);
    X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
    if (X509_verify_cert(context) != 1) {
        const char *why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
        exit((fprintf(stderr, "path: refused: %s\n", why), 1));
    }
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(others, X509_free);
    X509_free(first);
}

static double thread_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 3) return fputs("usage: path FOLDER ROUNDS\n", stderr), 64;
    struct der leaf = load(arguments[1], "leaf"), issuing = load(arguments[1], "issuing");
    struct der root = load(arguments[1], "root");
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, parse(&root));
    for (int round = atoi(arguments[2]); round > 0; round--) {
        double before = thread_time();
        for (int i = 0; i < COUNT; i++) verify(store, &leaf, &issuing);
        printf("%.2f\n", (thread_time() - before) * 1e6 / COUNT);
    }
    return 0;
}
