/* GnuTLS's verdict on each question: `yes`, or why not.  Usage: gnutls SECONDS */
#include "questions.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

static time_t now;

static time_t told(time_t *result) {
    if (result) *result = now;
    return now;
}

static int verdict(const struct question *question, gnutls_x509_crt_t *certificates, int read, unsigned *status) {
    static const char *const purposes[] = {
        GNUTLS_KP_TLS_WWW_SERVER, GNUTLS_KP_TLS_WWW_CLIENT, GNUTLS_KP_EMAIL_PROTECTION};
    static const int kinds[] = {0, GNUTLS_DT_DNS_HOSTNAME, GNUTLS_DT_IP_ADDRESS, GNUTLS_DT_RFC822NAME};
    gnutls_x509_trust_list_t list;
    gnutls_typed_vdata_st asked[2];
    unsigned count = 0;
    if (question->purpose != ANY)
        asked[count++] = (gnutls_typed_vdata_st){
            .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purposes[question->purpose]};
    if (question->kind != NO_NAME)
        asked[count++] = (gnutls_typed_vdata_st){
            .type = kinds[question->kind], .data = question->name.start, .size = (unsigned)question->name.length};
    gnutls_x509_trust_list_init(&list, 0);
    gnutls_x509_trust_list_add_cas(list, &certificates[read - 1], 1, 0);
    int result = gnutls_x509_trust_list_verify_crt2(
        list, certificates, (unsigned)read - 1, asked, count,
        GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), status, NULL);
    gnutls_x509_trust_list_deinit(list, 0);
    return result;
}

static void answer(const struct question *question, gnutls_x509_crt_t *certificates, int read) {
    unsigned status = 0;
    gnutls_datum_t text = {NULL, 0};
    int result = verdict(question, certificates, read, &status);
    if (result < 0) {
        puts(gnutls_strerror(result));
    } else if (!status) {
        puts("yes");
    } else if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == 0) {
        puts((char *)text.data);
        gnutls_free(text.data);
    } else {
        printf("status %u\n", status);
    }
}

int main(int count, char **arguments) {
    struct question question;
    if (count != 2) return 64;
    now = (time_t)atoll(arguments[1]);
    gnutls_global_set_time_function(told);
    while (read_question(&question)) {
        gnutls_x509_crt_t certificates[MOST_CERTIFICATES];
        int readable = 1, read = 0;
        for (int i = 0; i < question.count; i++) {
            gnutls_datum_t der = {question.certificates[i].start, (unsigned)question.certificates[i].length};
            gnutls_x509_crt_init(&certificates[read]);
            if (gnutls_x509_crt_import(certificates[read], &der, GNUTLS_X509_FMT_DER) >= 0) {
                read++;
            } else {
                gnutls_x509_crt_deinit(certificates[read]);
                if (is_needed(&question, i)) readable = 0;
            }
        }
        if (readable) answer(&question, certificates, read);
        else puts("cannot be read");
        for (int i = 0; i < read; i++) gnutls_x509_crt_deinit(certificates[i]);
        forget(&question);
    }
    return 0;
}
