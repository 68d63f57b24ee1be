"""The demo: Hoede, a small platform called Plein, and an authority's stand-in, all on this machine."""
