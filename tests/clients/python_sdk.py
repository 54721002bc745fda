"""The MCP SDK for Python against a server that it has never seen: discovery, registration, authorization, tools.

Prints one JSON line with the authorization URL, reads one line with the URL that the browser was sent to, and prints
at the end one JSON line with what the tools said. Usage: python_sdk.py MCP_URL CA_FILE MODE
"""

import asyncio
import json
import ssl
import sys
from urllib.parse import parse_qs, urlparse

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl


class Memory:
    """Keeps tokens and registration as long as this program runs."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


async def show(url: str) -> None:
    print(json.dumps({"authorize_url": url}), flush=True)


async def come_back() -> AuthorizationCodeResult:
    line = await asyncio.to_thread(sys.stdin.readline)
    query = parse_qs(urlparse(line.strip()).query)
    return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query["iss"][0])


def text_of(result) -> str:
    return "\n".join(part.text for part in result.content if part.type == "text")


async def main() -> None:
    url, authority, mode = sys.argv[1:]
    memory = Memory()
    auth = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(
            client_name="Python SDK",
            redirect_uris=[AnyUrl("http://localhost:3030/callback")],
            token_endpoint_auth_method="none",
        ),
        storage=memory,
        redirect_handler=show,
        callback_handler=come_back,
    )
    trust = ssl.create_default_context(cafile=authority)
    said = {}
    async with httpx2.AsyncClient(auth=auth, verify=trust, timeout=60) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            said["protocol"] = client.protocol_version
            tools = await client.list_tools()
            said["tools"] = sorted(tool.name for tool in tools.tools)
            turn = {"user_message": f"Greetings from Python, {mode}.", "assistant_response": "Welcome."}
            said["stored"] = text_of(await client.call_tool("log_conversation_turn", turn))
            await client.call_tool("add_user_interest", {"interest": f"snakes {mode}"})
            said["context"] = text_of(await client.call_tool("get_user_context", {}))

            # An access token that is no longer good: the SDK must get a new one by itself, without the owner.
            first = memory.tokens
            auth.context.token_expiry_time = 1
            said["after_refresh"] = text_of(await client.call_tool("get_recent_insights", {"limit": 1}))
            said["refreshed"] = memory.tokens.access_token != first.access_token
            said["scope"] = memory.tokens.scope
    print(json.dumps(said), flush=True)


asyncio.run(main())
