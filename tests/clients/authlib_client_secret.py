"""Authlib with a secret that the owner gave it: metadata, code with PKCE, introspection, refresh, revocation.

Prints one JSON line with the authorization URL, reads one line with the URL that the browser was sent to, and prints
at the end one JSON line with what came of it.
Usage: authlib_client_secret.py ISSUER RESOURCE CA_FILE METHOD CLIENT_ID SECRET FOREIGN_TOKEN
"""

import json
import sys

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

REDIRECT = "http://127.0.0.1:49152/callback"


def main() -> None:
    issuer, resource, authority, method, client_id, secret, foreign = sys.argv[1:]

    def session(shown: str) -> OAuth2Session:
        made = OAuth2Session(
            client_id=client_id,
            client_secret=shown,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            scope="context:read insights:read",
            redirect_uri=REDIRECT,
            code_challenge_method="S256",
        )
        made.verify = authority
        return made

    client, stranger = session(secret), session(f"{secret}x")
    document = client.get(f"{issuer}/.well-known/oauth-authorization-server", withhold_token=True).json()
    metadata = AuthorizationServerMetadata(document)
    metadata.validate()
    assert method in metadata["token_endpoint_auth_methods_supported"]
    assert method in metadata["introspection_endpoint_auth_methods_supported"]
    verifier = generate_token(64)
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, resource=resource
    )
    print(json.dumps({"authorize_url": url}), flush=True)

    back = sys.stdin.readline().strip()

    def exchange(by: OAuth2Session) -> dict:
        return by.fetch_token(
            metadata["token_endpoint"],
            authorization_response=back,
            state=state,
            code_verifier=verifier,
            resource=resource,
        )

    def is_refused(attempt) -> bool:
        try:
            attempt()
        except OAuthError as error:
            return error.error == "invalid_client"
        return False

    def ask(by: OAuth2Session, token: str):
        return by.introspect_token(metadata["introspection_endpoint"], token=token)

    said = {"with_wrong_secret": is_refused(lambda: exchange(stranger))}
    token = dict(exchange(client))
    said["scope"] = token["scope"]
    own = ask(client, token["access_token"]).json()
    said["own"] = {member: own[member] for member in ("active", "scope", "client_id", "aud", "iss")}
    said["foreign"] = ask(client, foreign).json()
    said["asked_with_wrong_secret"] = ask(stranger, token["access_token"]).status_code == 401
    renewed = dict(
        client.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"], resource=resource)
    )
    said["rotated"] = renewed["refresh_token"] != token["refresh_token"]
    said["renewed"] = ask(client, renewed["access_token"]).json()["active"]
    for given in (foreign, renewed["refresh_token"]):
        client.revoke_token(metadata["revocation_endpoint"], token=given).raise_for_status()
    said["revoked"] = ask(client, renewed["access_token"]).json()
    print(json.dumps(said), flush=True)


main()
