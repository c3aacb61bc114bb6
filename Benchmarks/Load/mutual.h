/* Mutual TLS 1.3 as every load speaks it, so that every proxy does the same work: X25519 and AES-128-GCM. */
#ifndef MUTUAL_H
#define MUTUAL_H

#include <openssl/ssl.h>

#include "fail.h"

static inline SSL_CTX *mutual_context(const char *chain, const char *key, const char *anchors) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    if (SSL_CTX_use_certificate_chain_file(context, chain) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_locations(context, anchors, NULL) != 1 ||
        SSL_CTX_set1_groups_list(context, "X25519") != 1 ||
        SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1)
        fail("client's credentials");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

#endif
