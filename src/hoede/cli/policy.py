"""`hoede policy`: what packs say, in words and in differences."""

import typer

from hoede.cli import policy_diff, policy_explain

commands = typer.Typer(no_args_is_help=True, help="Age policy: packs, permits, and what they say.")


@commands.callback()
def about() -> None:
    """Age policy: packs, permits, and what they say."""


commands.command()(policy_explain.explain)
commands.command()(policy_diff.diff)
