"""What makes the Tab key complete commands, options and their values: a script for a shell, of the program's parser."""

from __future__ import annotations

from argparse import Action, ArgumentParser
from collections.abc import Iterator

SHELLS = ("bash", "zsh", "fish")
BASH = """\
_radioloom() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} words
    if [ "$COMP_CWORD" -eq 1 ]; then
        words='{first}'
    else
        case "${{COMP_WORDS[1]}} $before" in
{values}
        *)
            case "$word" in
            -*)
                case "${{COMP_WORDS[1]}}" in
{options}
                esac ;;
            esac ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _radioloom radioloom"""
ZSH = "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n"


def script(shell: str, parser: ArgumentParser) -> str:
    """The script of one of SHELLS, to be evaluated where it starts."""
    commands = _commands(parser)
    if shell == "fish":
        return "\n".join(_fish(commands))
    return (ZSH if shell == "zsh" else "") + _bash(parser, commands)


def _commands(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    return next(action.choices for action in parser._actions if isinstance(action.choices, dict))


def _options(parser: ArgumentParser) -> list[Action]:
    return [action for action in parser._actions if action.option_strings]


def _values(action: Action) -> str:
    """What may stand after an option; of a profile its name, beside which a file may be given."""
    if action.dest == "profile":
        from radioloom.profile import known

        return " ".join(known())
    return " ".join(str(value) for value in action.choices or () if value != "")


def _flags(parser: ArgumentParser) -> str:
    return " ".join(flag for action in _options(parser) for flag in action.option_strings)


def _bash(parser: ArgumentParser, commands: dict[str, ArgumentParser]) -> str:
    values = [
        f"        '{command} {flag}') words='{_values(action)}' ;;"
        for command, one in commands.items()
        for action in _options(one)
        for flag in action.option_strings
        if _values(action)
    ]
    options = [f"                {command}) words='{_flags(one)}' ;;" for command, one in commands.items()]
    first = " ".join([*commands, _flags(parser)])
    return BASH.format(first=first, values="\n".join(values), options="\n".join(options))


def _fish(commands: dict[str, ArgumentParser]) -> Iterator[str]:
    for command, one in commands.items():
        yield f"complete -c radioloom -n __fish_use_subcommand -f -a {command} -d {_quoted(one.description)}"
        for action in _options(one):
            names = " ".join(f"-{'l' if flag[1] == '-' else 's'} {flag.lstrip('-')}" for flag in action.option_strings)
            files = "" if action.nargs == 0 else " -x" if action.choices else " -r"
            value = files + (f" -a {_quoted(_values(action))}" if _values(action) else "")
            there = f"complete -c radioloom -n '__fish_seen_subcommand_from {command}'"
            yield f"{there} {names}{value} -d {_quoted(action.help)}"


def _quoted(text: str | None) -> str:
    return "'" + (text or "").replace("\\", "\\\\").replace("'", "\\'") + "'"
