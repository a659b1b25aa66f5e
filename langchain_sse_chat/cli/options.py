"""Read the options of `serve`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.parser import CommandParser
from langchain_sse_chat.serve.asgi.hosts import is_loopback

KEEP_VARIABLE = "LANGCHAIN_SSE_CHAT_KEEP"
"""The variable with the place where answers are kept. Unlike an option, other programs
on the machine do not see it, which matters for the password of a Redis."""

_DESCRIPTION = """\
Serve models, chains and agents as OpenAI's API does, for useChat and EventSource, and \
with a chat page. What is served is module:attribute, or a model by --provider, \
--base-url and --model. Without these, it is the endpoint of the variables \
OPENAI_API_KEY, BASE_URL, MODEL and PROVIDER, or else a server inside the program, \
which repeats what it is told."""
_EPILOG = """\
Exit status: 0 after SIGTERM or Ctrl-C, which let open answers end; 1 if the server or \
a worker could not start; 2 for options that cannot be used, or without the extra."""

_LOG_LEVELS = ("critical", "error", "warning", "info", "debug")


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of `serve`, which each worker process gets."""

    target: str | None
    """The address of a Python object, `None` to serve a model of this package."""
    provider: str | None
    model: str | None
    base_url: str | None
    host: str
    port: int
    uds: str | None
    """The path of a Unix socket to listen at, instead of a port."""
    workers: int
    api_key_env: str | None
    """The variable with the keys of clients."""
    cors_origins: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    log_level: str
    drain_seconds: float
    page: bool
    """Whether there is a chat page."""
    keep: str | None = field(repr=False)
    """Where answers are kept: `memory://`, the address of a Redis, or `none`; `None`
    without the option."""
    linger: float | None
    """Seconds without a client after which a kept answer is stopped."""

    def kept_at(self, environment: Mapping[str, str]) -> str | None:
        """Return where answers are kept, `None` for nowhere.

        Args:
            environment: The variables of the process.
        """
        # A worker does not know the answers in the memory of another.
        default = "memory://" if self.workers == 1 else "none"
        keep = self.keep or environment.get(KEEP_VARIABLE) or default
        return None if keep == "none" else keep

    @property
    def is_local(self) -> bool:
        """Whether only programs on this machine can connect."""
        return self.uds is not None or is_loopback(self.host)


def parser() -> CommandParser:
    """Return the parser of the options."""
    parser = CommandParser("serve", _DESCRIPTION, _EPILOG)
    add = parser.add_argument
    add(
        "target",
        nargs="?",
        metavar="module:attribute",
        help="a model, a chain, an agent, a mapping of names to these, or an ASGI app",
    )
    add(
        "--provider",
        metavar="NAME",
        help="serve a model of this provider instead, such as aitunnel",
    )
    add("--model", metavar="NAME", help="its model, such as gpt-4o")
    add("--base-url", metavar="URL", help="the address of its server")
    add(
        "--host",
        default="127.0.0.1",
        metavar="NAME",
        help="the address to listen at [%(default)s]",
    )
    add(
        "--port",
        type=_port,
        default=8000,
        metavar="N",
        help="the port [%(default)s]; 0 for any",
    )
    add("--uds", metavar="PATH", help="listen at a Unix socket instead")
    add(
        "--workers",
        type=_count,
        default=1,
        metavar="N",
        help="processes [%(default)s]",
    )
    add(
        "--api-key-env",
        metavar="NAME",
        help="the variable with the keys that clients may use, separated by commas",
    )
    add(
        "--cors-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="an origin whose pages may ask, such as https://example.com; repeatable",
    )
    add(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name of the server, for a proxy on this machine; repeatable",
    )
    add(
        "--no-page",
        dest="page",
        action="store_false",
        help="leave out the chat page at /",
    )
    add(
        "--log-level",
        choices=_LOG_LEVELS,
        default="info",
        metavar="LEVEL",
        help=f"{', '.join(_LOG_LEVELS)} [%(default)s]",
    )
    add(
        "--drain-seconds",
        type=_seconds,
        default=30.0,
        metavar="SECONDS",
        help="the time that open answers have after SIGTERM [%(default)s]",
    )
    add(
        "--keep",
        metavar="PLACE",
        help="keep answers for clients that come back: memory:// (the default with one "
        "worker), none, or the address of a Redis, such as redis://localhost, which "
        f"several workers need; {KEEP_VARIABLE} hides its password",
    )
    add(
        "--linger",
        type=_seconds,
        metavar="SECONDS",
        help="the time without a client after which a kept answer is stopped [30]",
    )
    return parser


def read_options(argv: Sequence[str]) -> ServeOptions:
    """Return the options.

    Raises:
        CommandError: They contradict each other.
        SystemExit: They cannot be parsed, or ask for help.
    """
    found = parser().parse_args(argv)
    options = ServeOptions(
        target=found.target,
        provider=found.provider,
        model=found.model,
        base_url=found.base_url,
        host=found.host,
        port=found.port,
        uds=found.uds,
        workers=found.workers,
        api_key_env=found.api_key_env,
        cors_origins=tuple(found.cors_origin),
        allowed_hosts=tuple(found.allowed_host),
        log_level=found.log_level,
        drain_seconds=found.drain_seconds,
        page=found.page,
        keep=found.keep,
        linger=found.linger,
    )
    own = (options.provider, options.model, options.base_url)
    if options.target is not None and any(own):
        msg = "Give either module:attribute or --provider, --model and --base-url."
        raise CommandError(msg)
    return options


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:  # noqa: PLR2004  the ports there are
        raise ValueError
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise ValueError
    return seconds


_port.__name__, _count.__name__, _seconds.__name__ = "port", "number", "seconds"
