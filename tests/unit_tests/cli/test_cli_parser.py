from __future__ import annotations

import pytest

from langchain_sse_chat.cli.parser import CommandParser

TEXT = (
    "A paragraph of some words, which is wrapped.\n\n  a line that stays as it is here"
)


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> CommandParser:
    monkeypatch.setenv("COLUMNS", "40")
    parser = CommandParser("try", TEXT, "The end of the help, which is wrapped too.")
    parser.add_argument("--model", metavar="NAME", required=True, help="the model")
    parser.add_argument("files", nargs="*")
    return parser


def test_the_help_fits_the_terminal(parser: CommandParser) -> None:
    lines = parser.format_help().splitlines()
    assert lines[0].startswith("usage: langchain-sse-chat try")
    assert max(map(len, lines)) <= 40
    assert "  a line that stays as it is here" in lines
    assert "The end of the help, which is wrapped" in lines


def test_the_help_of_the_program_has_its_name() -> None:
    assert CommandParser().prog == "langchain-sse-chat"


def test_arguments_are_read(parser: CommandParser) -> None:
    given = parser.parse_args(["--model", "m", "a", "b"])
    assert (given.model, given.files) == ("m", ["a", "b"])


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(
            ["--model=m", "--modle=x"],
            "There is no option --modle. Did you mean --model?",
            id="similar option",
        ),
        pytest.param(
            ["--model", "m", "-x", "y"],
            "There is no option -x. See langchain-sse-chat try --help.",
            id="other option",
        ),
        pytest.param(
            ["--model", ""],
            "--model is empty: give it a value, or leave it out. "
            "See langchain-sse-chat try --help.",
            id="empty",
        ),
        pytest.param(
            [],
            "the following arguments are required: --model. "
            "See langchain-sse-chat try --help.",
            id="missing option",
        ),
    ],
)
def test_an_error_is_one_sentence(
    argv: list[str],
    words: str,
    parser: CommandParser,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(argv)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"langchain-sse-chat try: error: {words}\n"


def test_an_argument_too_many_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        CommandParser("try").parse_args(["what"])
    assert "error: 'what' is one argument too many. See" in capsys.readouterr().err
