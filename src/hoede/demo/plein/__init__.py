"""Plein, Dutch for a town square: a small platform for pictures, and the integration guide to Hoede in code.

It imports `hoede.client` and nothing else of Hoede. What a platform has to do, and where it stands here:

    tell who somebody is     `telling.tell_account`, again and again until Hoede has it
    tell what happened       `telling.send_post`: hidden until Hoede says allow
    ask again when unsure    `telling.send_waiting_posts`, a round in the background
    send what is wanted      `telling.send_wanted`, likewise, because of a case
    take orders              `hook` checks the signature, `deeds` carries out once in one transaction
    answer for them          `telling.send_receipts`, from a table, so that a crash loses none

    settings = PleinSettings(folder=..., hoede_url=..., api_key=..., webhook_secrets=(...,), css=...,
                             hoede_public_url=...)
    with Plein(settings, port=8001) as plein:
        print(plein.url)

It is a demo: people sign in by tapping a name, and `/admin` is open to all. Keep it on loopback.
"""

from hoede.demo.plein.app import create_app
from hoede.demo.plein.running import Plein
from hoede.demo.plein.settings import PleinSettings

__all__ = ["Plein", "PleinSettings", "create_app"]
