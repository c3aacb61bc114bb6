/* What OpenSSL spends on the same revocation list: read and parse, check the signature, look certificates up, verify one while
 * the list is known.
 * Usage: list FOLDER    (list.der, list-signer.der and the path leaf.der, issuing.der, root.der are there); prints milliseconds
 * of CPU to parse, milliseconds to check the signature, microseconds for one look-up, for one verification with the list and
 * without it, and megabytes at the highest: one round, a line */
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { LOOK_UPS = 200000, VERIFICATIONS = 20 };

static FILE *opened(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.der", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) exit((perror(path), 1));
    return file;
}

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Every serial number in turn, and the same with its last octet changed, which is not on the list. */
static double look_ups(X509_CRL *list) {
    STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
    int count = sk_X509_REVOKED_num(entries), found = 0;
    if (count < LOOK_UPS / 2) exit((fputs("list: too short\n", stderr), 1));
    ASN1_INTEGER **serials = malloc(LOOK_UPS * sizeof *serials);
    for (int i = 0; i < LOOK_UPS; i++) {
        serials[i] = ASN1_INTEGER_dup(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, i / 2)));
        if (i % 2) serials[i]->data[serials[i]->length - 1] ^= 1;
    }
    X509_REVOKED *entry;
    /* The first one sorts the list. */
    X509_CRL_get0_by_serial(list, &entry, serials[0]);
    double before = seconds();
    for (int i = 0; i < LOOK_UPS; i++) found += X509_CRL_get0_by_serial(list, &entry, serials[i]) == 1;
    double spent = seconds() - before;
    if (found < LOOK_UPS / 2) exit((fputs("list: an entry is not found\n", stderr), 1));
    return spent * 1e6 / LOOK_UPS;
}

static X509 *certificate(const char *folder, const char *name) {
    X509 *found = d2i_X509_fp(opened(folder, name), NULL);
    if (!found) exit((fprintf(stderr, "list: %s does not parse\n", name), 1));
    return found;
}

/* With a list, the leaf is looked for on it: RFC 5280 §6.3. */
static double verifications(const char *folder, X509_CRL *list) {
    X509 *leaf = certificate(folder, "leaf");
    STACK_OF(X509) *others = sk_X509_new_null();
    sk_X509_push(others, certificate(folder, "issuing"));
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, certificate(folder, "root"));
    if (list) {
        X509_STORE_add_crl(store, list);
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    }
    double before = seconds();
    for (int i = 0; i < VERIFICATIONS; i++) {
        X509_STORE_CTX *context = X509_STORE_CTX_new();
        X509_STORE_CTX_init(context, store, leaf, others);
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
        if (X509_verify_cert(context) != 1) {
            const char *why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
            exit((fprintf(stderr, "list: refused: %s\n", why), 1));
        }
        X509_STORE_CTX_free(context);
    }
    return (seconds() - before) * 1e6 / VERIFICATIONS;
}

int main(int count, char **arguments) {
    if (count != 2) return fputs("usage: list FOLDER\n", stderr), 64;
    EVP_PKEY *key = d2i_PUBKEY_fp(opened(arguments[1], "list-signer"), NULL);
    double start = seconds();
    X509_CRL *list = d2i_X509_CRL_fp(opened(arguments[1], "list"), NULL);
    double parsed = seconds();
    if (!key || !list) return fputs("list: does not parse\n", stderr), 1;
    if (X509_CRL_verify(list, key) != 1) return fputs("list: not signed by its signer\n", stderr), 1;
    double checked = seconds();
    double look_up = look_ups(list);
    double without = verifications(arguments[1], NULL), with = verifications(arguments[1], list);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.2f %.2f %.4f %.2f %.2f %.1f\n", (parsed - start) * 1e3, (checked - parsed) * 1e3, look_up, with, without,
           (double)usage.ru_maxrss / 1000);
    return 0;
}
