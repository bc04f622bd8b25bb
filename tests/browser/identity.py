"""A small OpenID Connect provider on this machine: it asks who one is, and signs what it says.

Discovery, the authorization code flow with proof of possession (S256), keys, and the end of a
session; each request is checked as a strict provider would.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "belegt", "only-for-tests"
PEOPLE = {"anna": "Anna Amsel", "bert": "Bert Buche"}
_LASTS = 600


class Provider(ThreadingHTTPServer):
    """``url`` is the issuer; ``granted`` what each code, not yet redeemed, was given for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.granted: dict[str, dict[str, str]] = {}

    def secrets_toml(self) -> str:
        """What whoever runs the pages writes into ``.streamlit/secrets.toml``."""
        values = {
            "redirect_uri": "http://127.0.0.1:{port}/oauth2callback",
            "cookie_secret": secrets.token_urlsafe(32),
            "client_id": CLIENT,
            "client_secret": SECRET,
            "server_metadata_url": f"{self.url}/.well-known/openid-configuration",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        return "\n".join(["[auth]", *lines, ""])

    def about(self) -> dict[str, Any]:
        ends = {"authorization": "authorize", "token": "token", "end_session": "logout"}
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            **{f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def grant(self, who: str, asked: dict[str, str]) -> str:
        """Where the browser goes on to, with a code that says who has signed in."""
        code = secrets.token_urlsafe()
        self.granted[code] = asked | {"who": who}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def redeem(self, form: dict[str, str]) -> dict[str, Any]:
        """Tokens for a code, once, for whoever began."""
        asked = self.granted.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            **{"iss": self.url, "aud": CLIENT, "sub": asked["who"], "name": PEOPLE[asked["who"]]},
            **{"iat": now, "exp": now + _LASTS, "nonce": asked["nonce"]},
        }
        token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        kind = {"token_type": "Bearer", "expires_in": _LASTS}
        return {"access_token": secrets.token_urlsafe(), "id_token": token, **kind}


class _Answering(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = dict(parse_qsl(asked.query))
        match asked.path:
            case "/.well-known/openid-configuration":
                self._say(self.server.about())
            case "/keys":
                self._say({"keys": [self.server.key.as_dict(private=False)]})
            case "/authorize" if "who" in query:
                self._lead(self.server.grant(query.pop("who"), query))
            case "/authorize":
                assert (query["client_id"], query["response_type"]) == (CLIENT, "code")
                self._choice(asked.query)
            case "/logout":
                assert query["client_id"] == CLIENT
                assert query["id_token_hint"]
                self._lead(query["post_logout_redirect_uri"])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        client, _, secret = b64decode(self.headers["Authorization"].split()[1]).partition(b":")
        assert (unquote(client.decode()), unquote(secret.decode())) == (CLIENT, SECRET)
        self._say(self.server.redeem(form))

    def _choice(self, query: str) -> None:
        links = [f'<a href="/authorize?{query}&who={who}">{PEOPLE[who]}</a>' for who in PEOPLE]
        self._send(200, "text/html", "<!doctype html>" + " ".join(links))

    def _say(self, value: dict[str, Any]) -> None:
        self._send(200, "application/json", json.dumps(value))

    def _lead(self, address: str) -> None:
        self._send(302, "text/plain", "", Location=address)

    def _send(self, status: int, kind: str, body: str, **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        told = {"Content-Type": kind, "Content-Length": str(len(data))}
        for name, value in {**told, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that is up."""
    with Provider() as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()
