/* OpenSSL's verdict on each question: `yes`, or why not.  Usage: openssl SECONDS */
#include "questions.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

static X509 *parsed(struct bytes der) {
    const unsigned char *at = der.start;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    if (certificate && at != der.start + der.length) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static const char *verdict(const struct question *question, X509 **certificates, int purpose, time_t now) {
    const char *answer = "yes";
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *others = sk_X509_new_null();
    X509_STORE_add_cert(store, certificates[question->count - 1]);
    for (int i = 1; i < question->count - 1; i++)
        if (certificates[i]) sk_X509_push(others, certificates[i]);
    if (X509_STORE_CTX_init(context, store, certificates[0], others) != 1) exit(3);
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, now);
    X509_VERIFY_PARAM_set_purpose(parameters, purpose);
    /* The root is believed as it is, self-signed or not. With no purpose only the algorithm of RFC 5280 §6.1 is asked for. */
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_POLICY_CHECK);
    if (question->purpose != ANY) X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    /* 112 bits: no SHA-1, no RSA below 2,048. */
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    const char *name = (const char *)question->name.start;
    if (question->kind == DNS) X509_VERIFY_PARAM_set1_host(parameters, name, question->name.length);
    if (question->kind == IP) X509_VERIFY_PARAM_set1_ip(parameters, question->name.start, question->name.length);
    if (question->kind == MAILBOX) X509_VERIFY_PARAM_set1_email(parameters, name, question->name.length);
    if (X509_verify_cert(context) != 1) answer = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    sk_X509_free(others);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return answer;
}

/* A certificate for mail is for signing or for receiving. */
static const char *asked(const struct question *question, X509 **certificates, time_t now) {
    static const int purposes[] = {
        X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT, X509_PURPOSE_SMIME_SIGN, X509_PURPOSE_ANY};
    const char *answer = verdict(question, certificates, purposes[question->purpose], now);
    if (question->purpose != MAIL || !strcmp(answer, "yes")) return answer;
    return strcmp(verdict(question, certificates, X509_PURPOSE_SMIME_ENCRYPT, now), "yes") ? answer : "yes";
}

int main(int count, char **arguments) {
    struct question question;
    if (count != 2) return 64;
    while (read_question(&question)) {
        X509 *certificates[MOST_CERTIFICATES] = {NULL};
        const char *answer = NULL;
        for (int i = 0; i < question.count; i++) {
            certificates[i] = parsed(question.certificates[i]);
            if (!certificates[i] && is_needed(&question, i)) answer = "cannot be read";
        }
        puts(answer ? answer : asked(&question, certificates, (time_t)atoll(arguments[1])));
        for (int i = 0; i < question.count; i++) X509_free(certificates[i]);
        ERR_clear_error();
        forget(&question);
    }
    return 0;
}
