"""The console: pages for those who work here. Every route is a door of `web.session`."""
