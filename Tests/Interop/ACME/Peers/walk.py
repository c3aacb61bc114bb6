"""Walks the odd paths of an ACME server with certbot's library: walk.py DIRECTORY HTTP_PORT WEBROOT. A line for each that is
as RFC 8555 says; an exception ends it."""

import ipaddress
import json
import sys
import threading
from http.server import HTTPServer, SimpleHTTPRequestHandler
from functools import partial

import josepy as jose
import requests
from OpenSSL import crypto
from acme import challenges, client, crypto_util, errors, jws, messages
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

DIRECTORY, PORT, ROOT = sys.argv[1], int(sys.argv[2]), sys.argv[3]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


def new_key():
    return jose.JWKRSA(key=rsa.generate_private_key(65537, 2048))


def connected(key=None, alg=jose.RS256):
    network = client.ClientNetwork(key or new_key(), alg=alg, user_agent="walk")
    return client.ClientV2(client.ClientV2.get_directory(DIRECTORY, network), network)


def registered(**fields):
    acme = connected()
    acme.account = acme.new_account(
        messages.NewRegistration.from_data(email="ops@example.internal", terms_of_service_agreed=True, **fields))
    return acme


def request(*names):
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(*PEM)
    return crypto_util.make_csr(pem, list(names)), pem


def refused(kind, call, *words, **named):
    try:
        call(*words, **named)
    except messages.Error as problem:
        assert problem.code in kind.split(), f"{problem} is not {kind}"
        return problem
    raise AssertionError(f"not refused as {kind}")


def ok(what):
    print("ok:", what, flush=True)


def prove(acme, order):
    for authorization in order.authorizations:
        for challenge in authorization.body.challenges:
            if isinstance(challenge.chall, challenges.HTTP01):
                response, text = challenge.response_and_validation(acme.net.key)
                path = challenge.chall.encode("token")
                with open(f"{ROOT}/.well-known/acme-challenge/{path}", "w") as file:
                    file.write(text)
                acme.answer_challenge(challenge, response)


def certified(acme, *names):
    csr, key = request(*names)
    order = acme.new_order(csr)
    prove(acme, order)
    return acme.poll_and_finalize(order), key


def posted(acme, url, nonce):
    return acme.net._send_request(
        "POST", url, data=acme.net._wrap_in_jws(None, nonce, url), headers={"Content-Type": "application/jose+json"})


def nonces():
    acme = registered()
    url = acme.account.uri
    answer = posted(acme, url, b"bogus")
    assert answer.status_code == 400 and answer.json()["type"] == "urn:ietf:params:acme:error:badNonce", answer.text
    fresh = jose.decode_b64jose(answer.headers["Replay-Nonce"])
    assert posted(acme, url, fresh).status_code == 200
    ok("a nonce that was never given is refused, with a new one that is taken")
    assert posted(acme, url, fresh).json()["type"] == "urn:ietf:params:acme:error:badNonce"
    ok("a nonce is taken once")
    acme.net._nonces = {b"bogus"}
    acme._post_as_get(url)
    ok("a client that is told so goes on with the new one")


def accounts():
    acme = registered()
    again = connected(acme.net.key)
    try:
        again.new_account(messages.NewRegistration.from_data(terms_of_service_agreed=True))
        raise AssertionError("the same key made a second account")
    except errors.ConflictError as conflict:
        assert conflict.location == acme.account.uri
    ok("a key has one account, and finds it")
    stranger = connected()
    refused(
        "accountDoesNotExist", stranger.new_account,
        messages.NewRegistration.from_data(terms_of_service_agreed=True, only_return_existing=True))
    ok("onlyReturnExisting makes none")
    acme.update_registration(acme.account, messages.Registration.from_data(email="new@example.internal"))
    ok("contacts are changed")
    acme.deactivate_registration(acme.account)
    refused("unauthorized", acme.new_order, request("web.example.internal")[0])
    ok("a deactivated account orders nothing")


def key_change():
    acme = registered()
    url, old, new = acme.directory["keyChange"], acme.net.key, new_key()
    inner = jws.JWS.sign(
        json.dumps({"account": acme.account.uri, "oldKey": old.public_key().to_partial_json()}).encode(), key=new,
        alg=jose.RS256, nonce=None, url=url)

    class Wrapped:
        def json_dumps(self, **_):
            return inner.json_dumps()

    acme.net.post(url, Wrapped(), new_nonce_url=acme.directory["newNonce"])
    refused("unauthorized malformed", acme.new_order, request("web.example.internal")[0])
    acme.net.key = new
    acme.new_order(request("web.example.internal")[0])
    ok("after a key change the new key speaks for the account, and the old one does not")


def others():
    one, two = registered(), registered()
    order = one.new_order(request("web.example.internal")[0])
    place, name = order.uri.rsplit("/", 1)
    absent = f"{place}/{'A' if name[0] != 'A' else 'B'}{name[1:]}"
    answers = [refused("unauthorized", two._post_as_get, url).detail for url in (order.uri, absent)]
    assert answers[0] == answers[1], f"another's order and one that is not there are told apart: {answers}"
    refused("unauthorized", two._post_as_get, order.body.authorizations[0])
    refused("unauthorized", two._post_as_get, one.account.uri)
    ok("what is another account's looks as if it were not there")


def orders():
    acme = registered()
    names = [f"host{number}.example.internal" for number in range(4)]
    made = {acme.new_order(request(name)[0]).uri for name in names}
    acme.account = acme.query_registration(acme.account)
    url = acme.net.post(acme.account.uri, None, new_nonce_url=acme.directory["newNonce"]).json()["orders"]
    found = set()
    while url:
        page = acme._post_as_get(url)
        found |= set(page.json()["orders"])
        url = page.links.get("next", {}).get("url")
    assert made <= found, f"{made - found} is missing"
    ok("the orders of an account are listed, page by page")


def issuance():
    acme = registered()
    csr, _ = request("web.example.internal")
    order = acme.new_order(csr)
    problem = refused(
        "orderNotReady", acme._post, order.body.finalize, messages.CertificateRequest(csr=client_csr(csr)))
    ok("an order that is not proved is not finalized")
    prove(acme, order)
    wrong, _ = request("other.example.internal")
    done = acme.poll_authorizations(order, DEADLINE())
    refused("badCSR", acme._post, done.body.finalize, messages.CertificateRequest(csr=client_csr(wrong)))
    ok("a request for other names than the order's is refused")
    order, key = certified(acme, "web.example.internal")
    assert order.fullchain_pem.count("BEGIN CERTIFICATE") == 2
    ok("the chain has the certificate and its issuer")
    certificate = jose.ComparableX509(crypto.load_certificate(
        crypto.FILETYPE_PEM, order.fullchain_pem))
    stranger = registered()
    refused("unauthorized", stranger.revoke, certificate, 0)
    ok("a stranger does not revoke")
    holder = registered()
    certified(holder, "web.example.internal")
    holder.revoke(certificate, 4)
    ok("an account that has proved all its names revokes it")
    refused("alreadyRevoked", acme.revoke, certificate, 0)
    ok("twice is refused by name")
    by_key, key = certified(acme, "key.example.internal")
    certificate = jose.ComparableX509(crypto.load_certificate(
        crypto.FILETYPE_PEM, by_key.fullchain_pem))
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    owner = connected(jose.JWKEC(key=load_pem_private_key(key, None)), jose.ES256)
    refused("badRevocationReason", owner.revoke, certificate, 6)
    owner.revoke(certificate, 1)
    ok("the certificate's own key revokes it, with a reason that there is")


def authorizations():
    acme = registered()
    order = acme.new_order(request("gone.example.internal")[0])
    acme.deactivate_authorization(order.authorizations[0])
    assert acme._post_as_get(order.uri).json()["status"] == "invalid"
    ok("an authorization that is deactivated ends its order")


def addresses():
    acme = registered()
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(*PEM)
    csr = crypto_util.make_csr(key, ["web.example.internal"], ipaddrs=[ipaddress.ip_address("127.0.0.1")])
    order = acme.new_order(csr)
    kinds = {
        authorization.body.identifier.typ: {challenge.typ for challenge in authorization.body.challenges}
        for authorization in order.authorizations
    }
    assert kinds[messages.IDENTIFIER_IP] == {"http-01", "tls-alpn-01"}, kinds
    assert "dns-01" in kinds[messages.IDENTIFIER_FQDN], kinds
    prove(acme, order)
    done = x509.load_pem_x509_certificate(acme.poll_and_finalize(order).fullchain_pem.encode())
    names = done.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["web.example.internal"]
    ok("a name and an address in one order, each by the challenges that it has")
    url = acme.directory["newOrder"]
    for typ, value in [
        ("dns", "127.0.0.1"), ("ip", "web.example.internal"), ("ip", "127.1"), ("ip", "127.0.0.01"),
        ("ip", "*.127.0.0.1"), ("ip", "8.8.8.8"), ("ip", "::ffff:127.0.0.1"), ("ip", "2001:db8::0:1"),
    ]:
        class Asked:
            def json_dumps(self, **_):
                return json.dumps({"identifiers": [{"type": typ, "value": value}]})

        refused("malformed rejectedIdentifier unsupportedIdentifier", acme.net.post, url, Asked(),
                new_nonce_url=acme.directory["newNonce"])
    ok("an address has one spelling and its own type, and is one that the authority certifies")


def transport():
    acme = registered()
    url = acme.directory["newOrder"]
    assert requests.get(url).status_code == 405
    assert requests.post(url, data=b"{}", headers={"Content-Type": "application/json"}).status_code == 415
    answer = requests.post(url, data=b"{}", headers={"Content-Type": "application/jose+json"})
    assert answer.status_code == 400 and answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["type"] == "urn:ietf:params:acme:error:malformed"
    head = requests.head(acme.directory["newNonce"])
    assert head.status_code == 200 and head.headers["Replay-Nonce"] and "no-store" in head.headers["Cache-Control"]
    assert requests.get(acme.directory["newNonce"]).status_code == 204
    assert 'rel="index"' in head.headers["Link"]
    ok("methods, media types, nonces and links are as RFC 8555 §6 and §7 say")


def client_csr(pem):

    return jose.ComparableX509(crypto.load_certificate_request(crypto.FILETYPE_PEM, pem))


def DEADLINE():
    import datetime
    return datetime.datetime.now() + datetime.timedelta(seconds=60)


from cryptography.hazmat.primitives import serialization  # noqa: E402

PEM = (
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

server = HTTPServer(("127.0.0.1", PORT), partial(Quiet, directory=ROOT))
threading.Thread(target=server.serve_forever, daemon=True).start()
for walk in (nonces, accounts, key_change, others, orders, issuance, authorizations, addresses, transport):
    walk()
