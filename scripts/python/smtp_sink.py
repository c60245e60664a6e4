"""A mail server for the tests: keeps what it takes as NNNN.eml in a folder, and refuses what its addresses say.

    smtp_sink.py FOLDER

Two listeners on free ports of 127.0.0.1, named on standard output as PLAIN=port and TLS=port:
  PLAIN  wants the user name `igny8` and the password `p@ss word`
  TLS    speaks TLS from the first byte, with a certificate that nobody trusts

Recipients: later@... is refused with 450 for now, never@... with 550 for good, drop@... ends the connection.
"""

import asyncio
import pathlib
import ssl
import sys

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword, SMTP


class Keep:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "later":
            return "450 4.2.0 try again later"
        if name == "never":
            return "550 5.1.1 no such person"
        if name == "drop":
            server.transport.close()
            return "421 gone"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        part = self.folder / f"{self.count:04}.part"
        part.write_bytes(envelope.content)
        part.rename(self.folder / f"{self.count:04}.eml")
        return "250 taken"


def authenticator(server, session, envelope, mechanism, data):
    fits = isinstance(data, LoginPassword) and data.login == b"igny8" and data.password == b"p@ss word"
    return AuthResult(success=fits, handled=fits)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    keep = Keep(folder)
    plain = Controller(
        keep,
        hostname="127.0.0.1",
        port=0,
        authenticator=authenticator,
        auth_required=True,
        auth_require_tls=False,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        servers = []
        for name, tls in (("PLAIN", None), ("TLS", context)):
            factory = plain.factory if tls is None else (lambda: SMTP(keep))
            server = await loop.create_server(factory, "127.0.0.1", 0, ssl=tls)
            servers.append(server)
            print(f"{name}={server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.gather(*(server.serve_forever() for server in servers))

    plain.loop = loop
    loop.run_until_complete(serve())


if __name__ == "__main__":
    main()
