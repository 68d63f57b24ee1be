"""URLs that a fetcher might be given, odd ones most of all, and what becomes of each under `RULES`."""

from hoede.media.addresses import Why, parse_rule

RULES = tuple(
    parse_rule(one)
    for one in (
        "cdn.plein.example",
        "*.media.plein.example",
        "assets.plein.example:8443",
        "http://plain.plein.example",
        "b\u00fccher.example",
        "https://9.9.9.9",
        "[2620:fe::fe]",
        "http://127.0.0.1:8500",
    )
)

ALLOWED = (
    "https://cdn.plein.example/p/1.png",  # as it is meant
    "https://cdn.plein.example/p/1.png?X-Sig=a%2Bb/c==&X-At=20261123T100000Z",  # signed by a store
    "https://cdn.plein.example/a%20b.png",  # a space, encoded
    "https://cdn.plein.example/%00.png",  # a NUL, encoded: the host's own matter
    "https://cdn.plein.example/%0d%0aHost:%20127.0.0.1",  # a line end, encoded, stays so
    "https://cdn.plein.example/..%2f..%2fetc/passwd",  # a climb on the host's own disk
    "https://cdn.plein.example/../../etc/passwd",  # likewise, sent as it is
    "https://cdn.plein.example//127.0.0.1/",  # an address in the path
    "https://cdn.plein.example/https://127.0.0.1/",  # a URL in the path
    "https://cdn.plein.example/?url=http://169.254.169.254/",  # a URL in the query
    "https://cdn.plein.example/@127.0.0.1/",  # an at sign in the path
    "https://cdn.plein.example/?@127.0.0.1/",  # or in the query
    "https://cdn.plein.example/a:b;c=d!$&'()*+,[1]",  # all that a path may have
    "https://a.media.plein.example/",  # below
    "https://a.b.c.media.plein.example/",  # far below
    "https://127-0-0-1.media.plein.example/",  # looks like an address, is a name
    "https://127.0.0.1.media.plein.example/",  # likewise: its address is judged when it is known
    "https://0x7f.media.plein.example/",  # a hex number that is not last
    "https://assets.plein.example:8443/p",  # a port of its own
    "http://plain.plein.example/p",  # http where that is said
    "https://xn--bcher-kva.example/p",  # an umlaut, encoded
    "https://9.9.9.9/p",  # a public address that is allowed
    "https://[2620:fe::fe]/p",  # and one of the long kind
    "http://127.0.0.1:8500/p",  # this machine, because a rehearsal says so
    "https://cdn.plein.example/" + "a" * 2022,  # as long as may be
)

# Allowed too, and read as this.
READ_AS = (
    ("https://cdn.plein.example", "https://cdn.plein.example/"),  # no path
    ("https://cdn.plein.example?v=1", "https://cdn.plein.example/?v=1"),  # a query and no path
    (
        "https://cdn.plein.example:443/p/1.png",
        "https://cdn.plein.example/p/1.png",
    ),  # the port that is meant anyway
    (
        "https://cdn.plein.example?@127.0.0.1",
        "https://cdn.plein.example/?@127.0.0.1",
    ),  # an at sign in the query right behind the host
    ("HTTPS://CDN.Plein.EXAMPLE/p", "https://cdn.plein.example/p"),  # capitals
    ("hTTps://cdn.plein.example/P", "https://cdn.plein.example/P"),  # capitals in the path stay
    ("http://plain.plein.example:80/p", "http://plain.plein.example/p"),  # with the port that http has
    ("https://b\xfccher.example/p", "https://xn--bcher-kva.example/p"),  # a name with an umlaut
    ("https://XN--BCHER-KVA.example/p", "https://xn--bcher-kva.example/p"),  # encoded, in capitals
    ("https://[2620:FE::FE]/p", "https://[2620:fe::fe]/p"),  # in capitals
)

REFUSED = (
    # other schemes, or none
    ("http://cdn.plein.example/p", Why.SCHEME),  # no TLS where it is wanted
    ("https://plain.plein.example/p", Why.SCHEME),  # TLS where the rule says http
    ("ftp://cdn.plein.example/p", Why.SCHEME),  # another scheme
    ("file:///etc/passwd", Why.SCHEME),  # a file
    ("file://cdn.plein.example/etc/passwd", Why.SCHEME),  # a file of the host's name
    ("gopher://cdn.plein.example:443/_x", Why.SCHEME),  # speaks whatever one writes
    ("dict://cdn.plein.example:443/x", Why.SCHEME),  # likewise
    ("ldap://cdn.plein.example/x", Why.SCHEME),
    ("jar:https://cdn.plein.example/p!/x", Why.SCHEME),  # a scheme around it
    ("view-source:https://cdn.plein.example/p", Why.SCHEME),  # likewise
    ("blob:https://cdn.plein.example/p", Why.SCHEME),  # likewise
    ("data:image/png;base64,iVBORw0KGgo=", Why.SCHEME),  # no host at all
    ("javascript:alert(1)", Why.SCHEME),
    ("about:blank", Why.SCHEME),
    ("ws://cdn.plein.example/p", Why.SCHEME),
    ("wss://cdn.plein.example/p", Why.SCHEME),
    ("httpss://cdn.plein.example/p", Why.SCHEME),  # nearly
    ("http+unix://cdn.plein.example/p", Why.SCHEME),
    ("https:cdn.plein.example/p", Why.SCHEME),  # without slashes
    ("https:/cdn.plein.example/p", Why.SCHEME),  # one slash
    ("//cdn.plein.example/p", Why.SCHEME),  # none
    ("cdn.plein.example/p", Why.SCHEME),
    ("cdn.plein.example:443", Why.SCHEME),
    ("/p/1.png", Why.SCHEME),
    ("p.png", Why.SCHEME),
    ("?x", Why.SCHEME),
    ("://cdn.plein.example/p", Why.SCHEME),
    (":https://cdn.plein.example/p", Why.SCHEME),
    ("1https://cdn.plein.example/p", Why.SCHEME),  # a scheme begins with a letter
    ("url:https://cdn.plein.example/p", Why.SCHEME),
    ("", Why.SCHEME),  # nothing
    ("https", Why.SCHEME),
    ("https:", Why.SCHEME),
    ("https://", Why.HOST),  # no host
    ("https:///", Why.HOST),
    ("https:///cdn.plein.example/p", Why.HOST),  # an empty host before it
    ("https:////cdn.plein.example/p", Why.HOST),
    ("https://?cdn.plein.example", Why.HOST),
    # users
    ("https://user@cdn.plein.example/p", Why.USER),  # a user
    ("https://user:secret@cdn.plein.example/p", Why.USER),
    ("https://@cdn.plein.example/p", Why.USER),  # an empty one
    ("https://:@cdn.plein.example/p", Why.USER),
    ("https://cdn.plein.example@127.0.0.1/p", Why.USER),  # what is meant is behind it
    ("https://cdn.plein.example:443@127.0.0.1/p", Why.USER),
    ("https://cdn.plein.example%40127.0.0.1/p", Why.SPELLING),  # an at sign, encoded
    ("https://127.0.0.1@cdn.plein.example/p", Why.USER),
    ("https://cdn.plein.example@169.254.169.254@cdn.plein.example/", Why.USER),  # two
    ("https://a@b@cdn.plein.example/", Why.USER),
    ("https://cdn.plein.example&@127.0.0.1/", Why.USER),
    ("https://cdn.plein.example;@127.0.0.1/", Why.USER),
    # fragments
    ("https://cdn.plein.example/p#x", Why.FRAGMENT),  # a fragment
    ("https://cdn.plein.example/p#", Why.FRAGMENT),  # an empty one
    ("https://cdn.plein.example#@127.0.0.1/", Why.FRAGMENT),  # one that hides a host
    ("https://127.0.0.1#.media.plein.example/", Why.FRAGMENT),  # one that hides the ending
    ("https://127.0.0.1:80#@cdn.plein.example/", Why.FRAGMENT),
    ("https://cdn.plein.example/?a#b", Why.FRAGMENT),
    ("https://#cdn.plein.example/", Why.FRAGMENT),
    # signs no address has
    ("https://cdn.plein.example\\@127.0.0.1/", Why.CHARACTERS),  # a backslash, which some read as a slash
    ("https:\\\\cdn.plein.example\\p", Why.CHARACTERS),
    ("https://127.0.0.1\\.media.plein.example/", Why.CHARACTERS),
    ("https://127.0.0.1\\@cdn.plein.example/", Why.CHARACTERS),
    ("https://cdn.plein.example/a\\b", Why.CHARACTERS),
    ("https://cdn.plein.example/a b", Why.CHARACTERS),  # a space
    (" https://cdn.plein.example/p", Why.CHARACTERS),  # one before it
    ("https://cdn.plein.example/p ", Why.CHARACTERS),  # one behind it
    ("https://cdn.plein.example /p", Why.CHARACTERS),
    ("https://cdn.pl\tein.example/p", Why.CHARACTERS),  # a tab, which some take out
    ("https://cdn.plein.example\n/p", Why.CHARACTERS),  # a line end
    ("https://cdn.plein.example/p\n", Why.CHARACTERS),
    ("ht\ttps://cdn.plein.example/p", Why.CHARACTERS),
    ("https://127.0.0.1\r\n.media.plein.example/", Why.CHARACTERS),
    ("https://cdn.plein.example/p\r\nHost: 127.0.0.1", Why.CHARACTERS),  # a header of its own
    ("https://cdn.plein.example\x00/p", Why.CHARACTERS),  # NUL
    ("https://127.0.0.1\x00.media.plein.example/", Why.CHARACTERS),  # for who stops there
    ("https://cdn.plein.example/p\x00", Why.CHARACTERS),
    ("https://cdn.plein.example/\x7f", Why.CHARACTERS),  # DEL
    ("https://cdn.plein.example/\xa0", Why.CHARACTERS),  # a space that does not break
    ("https://cdn.plein.example\u2028/p", Why.CHARACTERS),  # a line separator
    ("https://cdn.plein.example/\xfc.png", Why.CHARACTERS),  # a path that must be encoded
    ("https://cdn.plein.example/?q=\u65e5\u672c", Why.CHARACTERS),
    ("https://cdn.plein.example/<x>", Why.CHARACTERS),
    ('https://cdn.plein.example/"x"', Why.CHARACTERS),
    ("https://cdn.plein.example/{x}", Why.CHARACTERS),
    ("https://cdn.plein.example/a|b", Why.CHARACTERS),
    ("https://cdn.plein.example/a^b", Why.CHARACTERS),
    ("https://cdn.plein.example/`x`", Why.CHARACTERS),
    ("https://\ud800.media.plein.example/", Why.CHARACTERS),  # half a character
    # hosts that are none
    ("https://.cdn.plein.example/", Why.HOST),  # an empty label
    ("https://cdn..plein.example/", Why.HOST),
    ("https://.media.plein.example/", Why.HOST),  # nothing below
    ("https://..media.plein.example/", Why.HOST),
    ("https://-a.media.plein.example/", Why.HOST),  # a hyphen at an end
    ("https://a-.media.plein.example/", Why.HOST),
    ("https://a_b.media.plein.example/", Why.HOST),  # an underscore
    ("https://a*b.media.plein.example/", Why.HOST),
    ("https://*.media.plein.example/", Why.HOST),  # the rule itself
    ("https://a!b.media.plein.example/", Why.HOST),
    ("https://a,b.media.plein.example/", Why.HOST),
    ("https://a;b.media.plein.example/", Why.HOST),
    ("https://a=b.media.plein.example/", Why.HOST),
    ("https://a'b.media.plein.example/", Why.HOST),
    ("https://(a).media.plein.example/", Why.HOST),
    ("https://$a.media.plein.example/", Why.HOST),
    ("https://" + "a" * 64 + ".media.plein.example/", Why.HOST),  # a label of 64
    ("https://" + 5 * ("a" * 49 + ".") + "media.plein.example/", Why.HOST),  # a name that is too long
    ("https://xn--.media.plein.example/", Why.HOST),  # encoded nothing
    ("https://xn--a.media.plein.example/", Why.HOST),  # encoded badly
    ("https://xn--bcher-kva-.media.plein.example/", Why.HOST),
    ("https://xn--zz-zz-zz--.media.plein.example/", Why.HOST),
    ("https://[cdn.plein.example]/", Why.HOST),  # a name in brackets
    ("https://[]/", Why.HOST),
    ("https://[::1/", Why.HOST),  # a bracket that does not close
    ("https://::1]/", Why.HOST),
    ("https://::1/", Why.HOST),  # no brackets
    ("https://[::1]x/", Why.HOST),
    ("https://[::1].media.plein.example/", Why.HOST),  # a bracket and more
    ("https://a[::1]/", Why.HOST),
    ("https://[[::1]]/", Why.HOST),
    ("https://[v1.fe80::a]/", Why.HOST),  # a future kind
    # the same host written in another way
    ("https://cdn.plein.example./p", Why.SPELLING),  # a last dot
    ("https://cdn.plein.example../p", Why.SPELLING),
    ("https://a.media.plein.example./", Why.SPELLING),
    ("https://cdn%2eplein.example/", Why.SPELLING),  # a dot, encoded
    ("https://cdn.plein%2Eexample/", Why.SPELLING),
    ("https://%63dn.plein.example/", Why.SPELLING),  # a letter, encoded
    ("https://127.0.0.1%2f.media.plein.example/", Why.SPELLING),  # a slash, encoded
    ("https://127.0.0.1%23.media.plein.example/", Why.SPELLING),
    ("https://127.0.0.1%00.media.plein.example/", Why.SPELLING),  # NUL, encoded
    ("https://127.0.0.1%0d%0a.media.plein.example/", Why.SPELLING),
    ("https://127.0.0.1%09.media.plein.example/", Why.SPELLING),
    ("https://%5b::1%5d/", Why.SPELLING),
    ("https://cdn\u3002plein\u3002example/", Why.SPELLING),  # other dots
    ("https://cdn\uff0eplein.example/", Why.SPELLING),
    ("https://cdn.plein\uff61example/", Why.SPELLING),
    ("https://\uff43\uff44\uff4e.plein.example/", Why.SPELLING),  # wide letters
    ("https://cdn.plein.\uff45xample/", Why.SPELLING),
    ("https://\u24d2\u24d3\u24dd.plein.example/", Why.SPELLING),  # letters in circles
    ("https://CDN.ple\u0130n.example/", Why.SPELLING),  # a capital with a dot
    ("https://cdn.\u212alein.example/", Why.SPELLING),  # the sign for kelvin, a capital k to some
    ("https://c\u200bdn.plein.example/", Why.SPELLING),  # a width of nothing
    ("https://c\xaddn.plein.example/", Why.SPELLING),  # a soft hyphen
    ("https://c\u202edn.plein.example/", Why.SPELLING),  # a turn of direction
    ("https://cdn.plein.example\u200b/", Why.SPELLING),
    ("https://B\xdcCHER.example/", Why.SPELLING),  # a capital umlaut
    ("https://bu\u0308cher.example/", Why.SPELLING),  # an umlaut in two parts
    (
        "https://\u2100.media.plein.example/",
        Why.SPELLING,
    ),  # a letter that is three to some, one of them a slash
    ("https://a\u2215b.media.plein.example/", Why.SPELLING),  # a slash that is none
    ("https://a\u2044b.media.plein.example/", Why.SPELLING),
    ("https://a\uff1fb.media.plein.example/", Why.SPELLING),  # a question mark that is none
    ("https://a\uff03b.media.plein.example/", Why.SPELLING),
    ("https://a\uff20127.0.0.1/", Why.SPELLING),  # an at sign that is none
    ("https://a\uff1a80.media.plein.example/", Why.SPELLING),
    # ports
    ("https://cdn.plein.example:80/", Why.PORT),  # another port
    ("https://cdn.plein.example:8443/", Why.PORT),
    ("https://cdn.plein.example:22/", Why.PORT),  # not for browsers
    ("https://cdn.plein.example:0/", Why.PORT),  # none
    ("https://cdn.plein.example:65536/", Why.PORT),  # beyond the last
    ("https://cdn.plein.example:65979/", Why.PORT),  # 443 to who counts in 16 bits
    ("https://cdn.plein.example:4294967739/", Why.PORT),  # or in 32
    ("https://cdn.plein.example:/", Why.PORT),  # empty
    ("https://cdn.plein.example:0443/", Why.PORT),  # with a zero
    ("https://cdn.plein.example:+443/", Why.PORT),
    ("https://cdn.plein.example:-443/", Why.PORT),
    ("https://cdn.plein.example:443x/", Why.PORT),
    ("https://cdn.plein.example:443:443/", Why.PORT),  # two
    ("https://cdn.plein.example:https/", Why.PORT),  # in words
    ("https://cdn.plein.example:\u0664\u0664\u0663/", Why.PORT),  # in other digits
    ("https://cdn.plein.example:\uff14\uff14\uff13/", Why.PORT),
    ("https://assets.plein.example/p", Why.PORT),  # not the port of the rule
    ("http://127.0.0.1:8501/p", Why.PORT),  # this machine, another port
    ("http://plain.plein.example:443/p", Why.PORT),
    ("https://9.9.9.9:80/", Why.PORT),
    ("https://[2620:fe::fe]:80/", Why.PORT),
    ("https://[2620:fe::fe]:/", Why.PORT),
    ("https://[2620:fe::fe]:443:443/", Why.PORT),
    # names that are not on the list
    ("https://plein.example/", Why.ELSEWHERE),  # the parent
    ("https://media.plein.example/", Why.ELSEWHERE),  # the rule is for what is below
    ("https://xcdn.plein.example/", Why.ELSEWHERE),  # a longer name
    ("https://acdn.plein.example/", Why.ELSEWHERE),
    ("https://xmedia.plein.example/", Why.ELSEWHERE),  # no dot before the ending
    ("https://cdn.plein.example.evil.example/", Why.ELSEWHERE),  # an ending behind it
    ("https://cdn.plein.example.media.plein.exampl/", Why.ELSEWHERE),
    ("https://media.plein.example.evil.example/", Why.ELSEWHERE),
    ("https://cdn-plein.example/", Why.ELSEWHERE),
    ("https://cdnplein.example/", Why.ELSEWHERE),
    ("https://cdn.plein.examples/", Why.ELSEWHERE),
    ("https://evil.example/cdn.plein.example", Why.ELSEWHERE),
    ("https://evil.example?cdn.plein.example", Why.ELSEWHERE),
    ("https://www.cdn.plein.example/", Why.ELSEWHERE),  # below a name that has nothing below
    ("https://localhost/", Why.ELSEWHERE),  # this machine
    ("https://LOCALHOST/", Why.ELSEWHERE),
    ("https://localhost.localdomain/", Why.ELSEWHERE),
    ("https://ip6-localhost/", Why.ELSEWHERE),
    ("https://a.localhost/", Why.ELSEWHERE),
    ("https://metadata.google.internal/", Why.ELSEWHERE),  # a cloud's own
    ("https://metadata/", Why.ELSEWHERE),
    ("https://instance-data/", Why.ELSEWHERE),
    ("https://kubernetes.default.svc/", Why.ELSEWHERE),  # a cluster's own
    ("https://router.lan/", Why.ELSEWHERE),
    ("https://printer.local/", Why.ELSEWHERE),
    ("https://db.internal/", Why.ELSEWHERE),
    ("https://host.docker.internal/", Why.ELSEWHERE),
    ("https://127.0.0.1.nip.io/", Why.ELSEWHERE),  # a name that resolves to its own words
    ("https://localtest.me/", Why.ELSEWHERE),  # one that resolves to this machine
    ("https://a/", Why.ELSEWHERE),  # one letter
    ("https://\u0441dn.plein.example/", Why.ELSEWHERE),  # a letter that only looks like a c
    ("https://\u0440lein.example/", Why.ELSEWHERE),
    ("https://xn--dn-nmc.plein.example/", Why.ELSEWHERE),
    ("https://1.1.1.1/", Why.ELSEWHERE),  # a public address nobody allowed
    ("https://[2606:4700:4700::1111]/", Why.ELSEWHERE),
    # addresses that are not public, as they are written
    ("https://127.0.0.1/", Why.SCHEME),  # this machine
    ("http://127.0.0.1/", Why.PORT),  # on another port than the rehearsal's
    ("https://127.0.0.1:8500/", Why.SCHEME),  # and over TLS
    ("https://127.0.0.2/", Why.ELSEWHERE),  # all of 127
    ("https://127.255.255.254/", Why.ELSEWHERE),
    ("https://0.0.0.0/", Why.ELSEWHERE),  # this machine to some
    ("https://10.0.0.1/", Why.ELSEWHERE),  # private
    ("https://172.16.0.1/", Why.ELSEWHERE),
    ("https://192.168.1.1/", Why.ELSEWHERE),
    ("https://100.64.0.1/", Why.ELSEWHERE),  # shared with others behind the same router
    ("https://100.100.100.200/", Why.ELSEWHERE),  # a cloud's metadata
    ("https://169.254.169.254/latest/meta-data/", Why.ELSEWHERE),  # of most clouds
    ("https://169.254.170.2/", Why.ELSEWHERE),  # of its containers
    ("https://168.63.129.16/", Why.ELSEWHERE),  # of another; looks public
    ("https://192.0.0.192/", Why.ELSEWHERE),  # of a third
    ("https://198.18.0.1/", Why.ELSEWHERE),  # for measuring
    ("https://203.0.113.1/", Why.ELSEWHERE),  # for books
    ("https://224.0.0.1/", Why.ELSEWHERE),  # to many
    ("https://255.255.255.255/", Why.ELSEWHERE),  # to all
    ("https://[::1]/", Why.ELSEWHERE),  # this machine
    ("https://[::]/", Why.ELSEWHERE),
    ("https://[fe80::1]/", Why.ELSEWHERE),  # this wire
    ("https://[fc00::1]/", Why.ELSEWHERE),  # private
    ("https://[fd00:ec2::254]/", Why.ELSEWHERE),  # a cloud's metadata
    ("https://[fec0::1]/", Why.ELSEWHERE),  # private, of old
    ("https://[ff02::1]/", Why.ELSEWHERE),  # to many
    ("https://[64:ff9b::7f00:1]/", Why.ELSEWHERE),  # 127.0.0.1 behind a translator
    ("https://[64:ff9b:1::a9fe:a9fe]/", Why.ELSEWHERE),
    ("https://[2002:7f00:1::]/", Why.ELSEWHERE),  # in a tunnel
    ("https://[2001:0:7f00:1::]/", Why.ELSEWHERE),
    ("https://[::ffff:7f00:1]/", Why.SPELLING),  # mapped
    ("https://[::7f00:1]/", Why.ELSEWHERE),  # compatible, of old
    # and in other spellings
    ("https://127.1/", Why.SPELLING),  # short
    ("https://127.0.1/", Why.SPELLING),
    ("https://0/", Why.SPELLING),
    ("https://0.0/", Why.SPELLING),
    ("https://10.1/", Why.SPELLING),
    ("https://169.254.43518/", Why.SPELLING),
    ("https://2130706433/", Why.SPELLING),  # one number
    ("https://2852039166/", Why.SPELLING),
    ("https://3232235777/", Why.SPELLING),
    ("https://4294967295/", Why.SPELLING),
    ("https://6425673729/", Why.SPELLING),  # beyond 32 bits
    ("https://0x7f000001/", Why.SPELLING),  # in hex
    ("https://0x7F000001/", Why.SPELLING),
    ("https://0x7f.0x0.0x0.0x1/", Why.SPELLING),
    ("https://0x7f.1/", Why.SPELLING),
    ("https://0xa9fea9fe/", Why.SPELLING),
    ("https://0xA9.0xFE.0xA9.0xFE/", Why.SPELLING),
    ("https://0x/", Why.SPELLING),
    ("https://017700000001/", Why.SPELLING),  # in octal
    ("https://0177.0.0.1/", Why.SPELLING),
    ("https://0177.0.0.01/", Why.SPELLING),
    ("https://127.0.0.01/", Why.SPELLING),  # with a zero
    ("https://127.000.000.001/", Why.SPELLING),
    ("https://00127.0.0.1/", Why.SPELLING),
    ("https://0251.0376.0251.0376/", Why.SPELLING),
    ("https://0300.0250.1.1/", Why.SPELLING),
    ("https://127.0x0.0.1/", Why.SPELLING),  # mixed
    ("https://0x7f.0.0.01/", Why.SPELLING),
    ("https://127.0.0.1./", Why.SPELLING),  # a last dot
    ("https://127.0.0.1../", Why.SPELLING),
    ("https://127..1/", Why.SPELLING),
    ("https://127.0.0.256/", Why.SPELLING),  # too large
    ("https://256.0.0.1/", Why.SPELLING),
    ("https://383.256.256.257/", Why.SPELLING),  # 127.0.0.1 to who drops bits
    ("https://127.0.0.1.1/", Why.SPELLING),  # five parts
    ("https://1.2.3.4.5.6.7.8/", Why.SPELLING),
    ("https://127.0.0.1%2e/", Why.SPELLING),
    ("https://%31%32%37.0.0.1/", Why.SPELLING),  # digits, encoded
    ("https://127%2e0%2e0%2e1/", Why.SPELLING),
    ("https://127\u30020\u30020\u30021/", Why.SPELLING),  # other dots
    ("https://127\uff0e0\uff0e0\uff0e1/", Why.SPELLING),
    ("https://\uff11\uff12\uff17.0.0.1/", Why.SPELLING),  # wide digits
    ("https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/", Why.SPELLING),  # in circles
    ("https://\u0661\u0662\u0667.\u0660.\u0660.\u0661/", Why.SPELLING),  # of another script
    ("https://\u0967\u0968\u096d.\u0966.\u0966.\u0967/", Why.ELSEWHERE),
    ("https://\U0001d7cf\U0001d7d0\U0001d7d5.\U0001d7ce.\U0001d7ce.\U0001d7cf/", Why.SPELLING),  # bold
    ("https://\xb9\xb2\u2077.0.0.1/", Why.SPELLING),  # raised
    ("https://09.9.9.9/", Why.SPELLING),  # the allowed address, with a zero
    ("https://9.9.2313/", Why.SPELLING),  # and short
    ("https://151587081/", Why.SPELLING),  # and as one number
    ("https://9.9.9.9./", Why.SPELLING),
    ("https://[::ffff:127.0.0.1]/", Why.SPELLING),  # mapped, with dots
    ("https://[::ffff:169.254.169.254]/", Why.SPELLING),
    ("https://[::FFFF:127.0.0.1]/", Why.SPELLING),
    ("https://[0:0:0:0:0:ffff:127.0.0.1]/", Why.SPELLING),
    ("https://[::127.0.0.1]/", Why.SPELLING),
    ("https://[64:ff9b::127.0.0.1]/", Why.SPELLING),
    ("https://[64:ff9b::169.254.169.254]/", Why.SPELLING),
    ("https://[0:0:0:0:0:0:0:1]/", Why.SPELLING),  # long
    ("https://[0000:0000:0000:0000:0000:0000:0000:0001]/", Why.SPELLING),
    ("https://[::01]/", Why.SPELLING),  # with a zero
    ("https://[0::1]/", Why.SPELLING),
    ("https://[::0:1]/", Why.SPELLING),
    ("https://[fe80::1%25eth0]/", Why.HOST),  # with a zone
    ("https://[fe80::1%eth0]/", Why.HOST),
    ("https://[::1%25lo]/", Why.HOST),
    ("https://[::1%lo]/", Why.HOST),
    ("https://[2620:fe::fe%25eth0]/", Why.HOST),
    ("https://[2620:fe:0:0:0:0:0:fe]/", Why.SPELLING),  # the allowed address, long
    ("https://[2620:00fe::fe]/", Why.SPELLING),  # and with zeros
    ("https://[2620:fe::254]/", Why.ELSEWHERE),  # not quite the allowed one
    ("https://[127.0.0.1]/", Why.SPELLING),  # the short kind in brackets
    ("https://[9.9.9.9]/", Why.SPELLING),
    ("https://[12345::1]/", Why.SPELLING),  # too large
    ("https://[1::2::3]/", Why.SPELLING),  # two gaps
    ("https://[1:2:3:4:5:6:7:8:9]/", Why.SPELLING),  # too many
    ("https://[:::1]/", Why.SPELLING),
    ("https://[::1]:443@cdn.plein.example/", Why.USER),
    ("https://cdn.plein.example/" + "a" * 2023, Why.LENGTH),  # one character more than may be
    ("https://cdn.plein.example/" + "a" * 1_000_000, Why.LENGTH),  # a million more
    ("https://" + "a." * 5000 + "media.plein.example/", Why.LENGTH),  # a name without end
)

# Redirects from https://cdn.plein.example/a/b?c, and where they lead.
FOLLOWED = (
    ("/d", "https://cdn.plein.example/d"),
    ("d", "https://cdn.plein.example/a/d"),
    ("../d", "https://cdn.plein.example/d"),
    ("?d", "https://cdn.plein.example/a/b?d"),
    ("", "https://cdn.plein.example/a/b?c"),  # to itself; how often is counted elsewhere
    ("//x.media.plein.example/d", "https://x.media.plein.example/d"),  # the same scheme
    ("https://x.media.plein.example", "https://x.media.plein.example/"),
    ("http://plain.plein.example/d", "http://plain.plein.example/d"),  # to http, where a rule says so
)
NOT_FOLLOWED = (
    ("http://cdn.plein.example/d", Why.SCHEME),  # to http, where none does
    ("ftp://cdn.plein.example/d", Why.SCHEME),
    ("file:///etc/passwd", Why.SCHEME),
    ("gopher://127.0.0.1/_x", Why.SCHEME),
    ("data:image/png;base64,iVBORw0KGgo=", Why.SCHEME),
    ("javascript:alert(1)", Why.SCHEME),
    ("https://evil.example/d", Why.ELSEWHERE),  # to another host
    ("//evil.example/d", Why.ELSEWHERE),
    ("///evil.example/d", Why.HOST),
    ("https:////evil.example/d", Why.HOST),
    ("https:/d", Why.SCHEME),
    ("https:d", Why.SCHEME),
    ("https://169.254.169.254/latest/meta-data/", Why.ELSEWHERE),  # to a cloud's metadata
    ("//169.254.169.254/latest/meta-data/", Why.ELSEWHERE),
    ("https://127.0.0.1/", Why.SCHEME),  # to this machine, which a rule allows over http alone
    ("https://127.1/", Why.SPELLING),
    ("//0x7f.1/", Why.SPELLING),
    ("https://[::1]/", Why.ELSEWHERE),
    ("https://[::1/", Why.HOST),  # a bracket that does not close
    ("https://[zz]/", Why.HOST),
    ("https://cdn.plein.example:80/", Why.PORT),
    ("//cdn.plein.example:22", Why.PORT),
    ("https://a@cdn.plein.example/", Why.USER),
    ("//a@cdn.plein.example/", Why.USER),
    ("/d#e", Why.FRAGMENT),
    ("/d\\e", Why.CHARACTERS),
    ("\\\\evil.example/d", Why.CHARACTERS),
    ("/\t/evil.example/d", Why.CHARACTERS),  # joined without the tab it would be another host
    ("/d\r\nSet-Cookie: a=b", Why.CHARACTERS),
    ("/d e", Why.CHARACTERS),
    ("/\ufffd", Why.CHARACTERS),  # bytes that were no ASCII
    ("/" + "d" * 2048, Why.LENGTH),
)

PUBLIC = (
    "1.1.1.1",
    "9.9.9.9",
    "93.184.216.34",
    "100.63.255.255",  # just below the shared ones
    "100.128.0.0",  # just above
    "172.15.255.255",
    "172.32.0.0",
    "169.253.255.255",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "168.63.129.15",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700:4700::1111",
    "2620:fe::fe",
    "2a00:1450:4001:80b::200e",
)

NOT_PUBLIC = (
    "0.0.0.0",  # this machine
    "0.1.2.3",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",  # shared
    "100.100.100.200",  # a cloud's metadata
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.169.254",  # most clouds' metadata
    "169.254.169.123",
    "169.254.170.2",
    "169.254.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.9",  # said to be reachable; nobody's media is there
    "192.0.0.10",
    "192.0.0.170",
    "192.0.0.192",  # a cloud's metadata
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.255.255",
    "192.175.48.1",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",  # a cloud's metadata that looks public
    "::",
    "::1",
    "::2",
    "::7f00:1",  # 127.0.0.1, compatible
    "::808:808",  # a public one, compatible
    "::ffff:127.0.0.1",  # mapped
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",  # a public one, mapped: nobody's name server needs to say it so
    "::ffff:0:127.0.0.1",  # translated
    "64:ff9b::7f00:1",  # behind a translator
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",  # thrown away
    "100:0:0:1::1",
    "1fff:ffff::1",
    "2001::1",  # a tunnel
    "2001:0:7f00:1::",
    "2001:1::1",
    "2001:2::1",
    "2001:3::1",
    "2001:4:112::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2002:7f00:1::1",  # a tunnel to 127.0.0.1
    "2002:808:808::1",
    "2620:4f:8000::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "8000::1",
    "fc00::1",
    "fd00:ec2::254",  # clouds' metadata
    "fd20:ce::254",
    "fdff::1",
    "fe00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fe80::a9fe:a9fe",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "ff0e::1",
    "2620:fe::fe%eth0",  # a public one on a certain wire
)
