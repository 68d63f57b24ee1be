"""Hoede: the youth-safety system for any platform with teenagers on it. One page of tour.

A platform tells what happened, and carries out orders. The floors, top down; each imports only those below:

    cli                         commands
    demo  bench                 Plein, a small platform, with made-up people; benchmarks
    app                         builds everything from one configuration, runs the service and its workers
    config  logs                one frozen configuration; logs with an allow-list
    web                         HTTP and pages: reads a request, calls one flow, renders
    flow                        the journeys, which never import one another
    accounts policy usage lists detection enforcement evidence review reporting access
                                slices, side by side: rules (pure), a store (its tables), policy as TOML
    audit                       the log nobody can change unseen
    db  keys  media             grouped transactions, orders, leases; the keys that last; decoding, confined
    words                       catalogues and letters
    core                        nouns: events, findings, ages, orders, leaves

Beside the house: `client` (what a platform calls us with), `simulators` (an authority and a platform to
rehearse with), `promises` (what was promised, and which of it is kept).

The journey, from an upload to an authority's receipt:

    web.guard, web.api          an API key, an event, its media streamed and hashed (web.upload)
    flow.screen                 told before? may we look (policy)? look (detection over lists), and decode
                                (media, in a child) only what the digests did not settle
    enforcement.rules           findings and what is known of the uploader (accounts) become a decision
    evidence.vault              an encrypted copy lies in the intake folder, synced
    flow.screen.record          event, case (review), decision, orders (db.orders), leaves: one db.commit
    web.api                     `allow`, or `hold` with one id, a fixed time after the last byte
    app.workers                 claim orders by carrier, under a lease
    flow.carry_out              claim, job, end; asks flow.grounds whether an irreversible order still stands
    flow.preserve               seals the copy; only then may anything be removed
    flow.tell                   each order as a signed webhook (enforcement.platforms), a letter with the last
    web.api                     the platform's receipt ends its order
    flow.report                 one announced call after the other (reporting.authorities), until the receipt
    audit.jobs                  leaves get their number, heads their signature
    web.public, flow.appeal     the person reads the letter and objects
    web.report, flow.notice     what somebody reported waits for a person; its content is asked for
    web.session, web.console    those who work here sign in by passkey (access); every door says who may pass
    flow.rescan                 what was let through meets what a list learned since
    flow.attempt                may this account do this now: what is known of it becomes a permit
    web.permits, web.me         asked before every act; one's own page shows what is on, and takes choices
    web.usage, flow.beat        heartbeats become minutes; whose time is up is told to the platform
    flow.expire                 what has had its time goes

What happens and who carries it out is data: enforcement/rulebook.toml and measures.toml. The rest of the
reasons stand in docs/why/.
"""
