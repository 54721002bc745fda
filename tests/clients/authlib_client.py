"""Authlib as somebody else's program uses it: metadata, registration and its management, code with
PKCE, refresh, revocation.

Prints one JSON line with the authorization URL, reads one line with the URL that the browser was sent to, and prints
at the end one JSON line with what came of it. Usage: authlib_client.py ISSUER RESOURCE CA_FILE
"""

import json
import sys

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

REDIRECT = "http://127.0.0.1:49152/callback"


def refused(attempt) -> str:
    try:
        attempt()
    except OAuthError as error:
        return error.error
    return "nothing"


def main() -> None:
    issuer, resource, authority = sys.argv[1:]
    stranger = OAuth2Session()
    stranger.verify = authority
    document = stranger.get(f"{issuer}/.well-known/oauth-authorization-server", withhold_token=True).json()
    metadata = AuthorizationServerMetadata(document)
    metadata.validate()
    registration = stranger.post(
        metadata["registration_endpoint"],
        json={"client_name": "Authlib", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"},
        withhold_token=True,
    )
    registration.raise_for_status()
    registered = registration.json()

    def manage(method: str, token: str, **body):
        # RFC 7592 is a bearer token at an address; the library has no more for it.
        manager = OAuth2Session(token={"access_token": token, "token_type": "Bearer"})
        manager.verify = authority
        return manager.request(method, registered["registration_client_uri"], **body)

    first_token = registered["registration_access_token"]
    changed = manage(
        "PUT",
        first_token,
        json={"client_id": registered["client_id"], "client_name": "Authlib, renamed", "redirect_uris": [REDIRECT]},
    ).json()
    last_token = changed["registration_access_token"]
    managed = {
        "renamed": manage("GET", last_token).json()["client_name"],
        "with_old_token": manage("GET", first_token).status_code,
    }

    client = OAuth2Session(
        client_id=registered["client_id"],
        token_endpoint_auth_method="none",
        revocation_endpoint_auth_method="none",
        scope="context:read insights:read",
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
    )
    client.verify = authority
    verifier = generate_token(64)
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, resource=resource
    )
    print(json.dumps({"authorize_url": url}), flush=True)

    back = sys.stdin.readline().strip()
    token = client.fetch_token(authorization_response=back, state=state, code_verifier=verifier, resource=resource)
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "authlib", "version": "1"},
        },
    }

    def knock(access: str) -> int:
        headers = {"Authorization": f"Bearer {access}", "Accept": "application/json, text/event-stream"}
        return stranger.post(resource, json=message, headers=headers, withhold_token=True).status_code

    said = {"scope": token["scope"], "with_token": knock(token["access_token"])}
    first = dict(token)
    renewed = client.refresh_token(refresh_token=first["refresh_token"], resource=resource)
    said["rotated"] = renewed["refresh_token"] != first["refresh_token"]
    said["with_renewed"] = knock(renewed["access_token"])
    again = client.refresh_token(refresh_token=first["refresh_token"], resource=resource)
    said["same_again"] = again["access_token"] == renewed["access_token"]
    said["code_again"] = refused(
        lambda: client.fetch_token(
            authorization_response=back, state=state, code_verifier=f"{verifier}x", resource=resource
        )
    )
    answer = client.revoke_token(
        metadata["revocation_endpoint"], token=again["refresh_token"], token_type_hint="refresh_token"
    )
    answer.raise_for_status()
    said["with_revoked"] = knock(renewed["access_token"])
    said["refresh_revoked"] = refused(lambda: client.refresh_token(refresh_token=again["refresh_token"]))
    managed["removed"] = manage("DELETE", last_token).status_code
    managed["read_when_removed"] = manage("GET", last_token).status_code
    managed["refresh_when_removed"] = refused(lambda: client.refresh_token(refresh_token=again["refresh_token"]))
    said["managed"] = managed
    print(json.dumps(said), flush=True)


main()
