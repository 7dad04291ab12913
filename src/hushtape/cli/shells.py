"""The completion scripts: one function for each shell.

Lives here: bash, zsh and fish syntax. Must not: read the parser (commandtree.py does). Called by: completion.
The texts come from our own help; they are quoted all the same: an apostrophe is enough to break a script.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from typing import Final

from hushtape.cli.commandtree import Node, Option, walk

# --- bash: where nothing is offered, readline completes file names (-o default) ----------------------


def bash(tree: Node) -> str:
    """For bash 3.2 and newer."""
    known, values, words = [], [], []
    for one in walk(tree):
        path = " ".join(("hushtape", *one.words))
        if one.words:
            known.append(f'"{path}"')
        taking = [(flag, option.choices) for option in one.options if option.takes for flag in option.flags]
        values += [f'    "{path} {flag}") {_offer(choices)}; return ;;' for flag, choices in taking]
        flags = _offer([flag for option in one.options for flag in option.flags])
        names = [below.words[-1] for below in one.below]
        plain = _offer(names or (one.positional.choices if one.positional else ()))
        words.append(f'    "{path}") if [[ $cur == -* ]]; then {flags}; else {plain}; fi ;;')
    return _BASH.format(known="|".join(known), values="\n".join(values), words="\n".join(words))


def _offer(words: object) -> str:
    text = " ".join(words) if isinstance(words, list | tuple) else ""
    return f'COMPREPLY=($(compgen -W "{text}" -- "$cur"))' if text else "COMPREPLY=()"


_BASH = """\
# bash completion for hushtape; made by `hushtape completion bash`.
_hushtape() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} path=hushtape i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${{COMP_WORDS[i]}}" in
      {known}) path="$path ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path $prev" in
{values}
  esac
  case "$path" in
{words}
  esac
}}
complete -o default -o bashdefault -F _hushtape hushtape
"""


# --- zsh ---------------------------------------------------------------------------------------------


def zsh(tree: Node) -> str:
    """For zsh 5: a function for each command."""
    functions = "\n".join([_function(one) for one in walk(tree)])
    return _ZSH.format(functions=functions)


def _function(one: Node) -> str:
    name = "_".join(("_hushtape", *one.words))
    lines = [f"    {shlex.quote(text)}" for option in one.options for text in _zsh_option(option)]
    if one.below:
        offered = " ".join([f"{below.words[-1]}\\:{shlex.quote(_plain(below.help))}" for below in one.below])
        lines += [f"    {shlex.quote(f'1:command:(({offered}))')}", "    '*::argument:->rest'"]
    elif one.positional is not None:
        lines.append(f"    {shlex.quote('*:' + _zsh_value(one.positional, 'argument'))}")
    body = " \\\n".join(["  _arguments -C", *lines])
    cases = [f"    {below.words[-1]}) {'_'.join(('_hushtape', *below.words))} ;;" for below in one.below]
    if cases:
        body += "\n  [[ $state == rest ]] && case $words[1] in\n" + "\n".join(cases) + "\n  esac\n  return 0"
    return f"{name}() {{\n  local state line\n  typeset -A opt_args\n{body}\n}}\n"


def _zsh_option(option: Option) -> Iterator[str]:
    """Repeated options are allowed: several of ours may be given more than once."""
    for flag in option.flags:
        value = f":{_zsh_value(option, 'value')}" if option.takes else ""
        yield f"*{flag}[{_plain(option.help)}]{value}"


def _zsh_value(option: Option, name: str) -> str:
    if option.takes == "choice":
        return f"{name}:({' '.join(option.choices)})"
    return f"{name}:_files" if option.takes == "file" else f"{name}: "


def _plain(text: str) -> str:
    """Help without what `_arguments` takes for its own syntax."""
    return text.translate(
        {ord("["): "(", ord("]"): ")", ord(":"): "\\:", ord("'"): "\u2019", ord('"'): "\u201d"}
    )


_ZSH = """\
#compdef hushtape
# zsh completion for hushtape; made by `hushtape completion zsh`.
{functions}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _hushtape "$@"
else
  compdef _hushtape hushtape
fi
"""


# --- fish --------------------------------------------------------------------------------------------


def fish(tree: Node) -> str:
    """For fish 3."""
    lines = ["# fish completion for hushtape; made by `hushtape completion fish`."]
    for one in walk(tree):
        seen = [f"__fish_seen_subcommand_from {word}" for word in one.words]
        if one.below:
            names = " ".join([below.words[-1] for below in one.below])
            seen.append(f"not __fish_seen_subcommand_from {names}")
        start = f"complete -c hushtape -n {_fish('; and '.join(seen))}" if seen else "complete -c hushtape"
        lines += [f"{start} -f -a {below.words[-1]} -d {_fish(below.help)}" for below in one.below]
        if one.positional is not None and one.positional.choices:
            lines.append(f"{start} -f -a {_fish(' '.join(one.positional.choices))}")
        lines += [f"{start}{_fish_option(option)}" for option in one.options]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    text = "".join(
        [f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}" for flag in option.flags]
    )
    value = {"file": " -r -F", "text": " -x", "choice": f" -x -a {_fish(' '.join(option.choices))}"}
    return f"{text}{value.get(option.takes, '')} -d {_fish(option.help)}"


def _fish(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


SCRIPTS: Final[dict[str, Callable[[Node], str]]] = {"bash": bash, "zsh": zsh, "fish": fish}
