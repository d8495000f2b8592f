"""HAProxy's vocabulary: which words change who gets where, which do not, and how many values an option takes.

What HAProxy sends of its own accord (health checks, logs, peers, name resolution) opens nothing for anybody else, so
the statements about it count as modelled. A word in none of these tables is not known.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INERT = _words(
    """
    backlog balance bind-process capture clitcpka-cnt clitcpka-idle clitcpka-intvl clitimeout compression contimeout
    cookie declare description email-alert error-log-format errorfile errorfiles errorloc errorloc302 errorloc303
    external-check force-persist fullconn guid hash-balance-factor hash-preserve-affinity hash-type
    http-after-response http-check http-error http-response http-reuse http-send-name-header id ignore-persist log
    log-format log-format-sd log-steps log-tag max-keep-alive-queue max-session-srv-conns maxconn monitor
    monitor-uri persist rate-limit redisp redispatch retries retry-on server-state-file-name srvtcpka-cnt
    srvtcpka-idle srvtcpka-intvl srvtimeout stats stick stick-table tcp-check timeout unique-id-format
    unique-id-header use-fcgi-app
    """
)
"""Statements of proxies that change neither who is let in nor which servers are asked."""

READ = _words(
    """
    acl bind block default-server default_backend disabled dispatch enabled filter http-request
    load-server-state-from-file mode option redirect server server-template source tcp-request tcp-response
    transparent use-server use_backend
    """
)
"""Statements of proxies that are modelled."""

OPTIONS = _words(
    """
    abortonclose accept-invalid-http-request accept-invalid-http-response accept-unsafe-violations-in-http-request
    accept-unsafe-violations-in-http-response allbackups assume-rfc6587-ntf checkcache clitcpka contstats
    disable-h2-upgrade dont-parse-log dontlog-normal dontlognull external-check forceclose forwardfor forwarded
    h1-case-adjust-bogus-client h1-case-adjust-bogus-server host http-buffer-request http-drop-request-trailers
    http-drop-response-trailers http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive
    http-restrict-req-hdr-names http-server-close http-tunnel http-use-htx http-use-proxy-header httpchk httpclose
    httplog httpslog idle-close-on-response independant-streams independent-streams ldap-check log-health-checks
    log-separate-errors logasap mysql-check nolinger originalto persist pgsql-check prefer-last-server redis-check
    redispatch smtpchk socket-stats splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk
    tcp-check tcp-smart-accept tcp-smart-connect tcpka tcplog use-small-buffers
    """
)
"""Options of proxies that change neither who is let in nor which servers are asked."""

FILTERS = frozenset({"trace", "compression", "comp-req", "comp-res", "cache", "fcgi-app", "spoe", "opentracing",
                     "bwlim-in", "bwlim-out"})  # fmt: skip
"""Filters that pass on what they see."""

GLOBAL = _words(
    """
    51degrees-cache-size 51degrees-data-file 51degrees-property-name-list 51degrees-property-separator anonkey
    busy-polling ca-base chroot close-spread-time cluster-secret cpu-affinity cpu-map cpu-policy cpu-set crt-base
    daemon default-path description deviceatlas-json-file deviceatlas-log-level deviceatlas-properties-cookie
    deviceatlas-separator dns-accept-family expose-deprecated-directives expose-experimental-directives external-check
    fd-hard-limit force-cfg-parser-pause gid grace group h1-accept-payload-with-any-method h1-case-adjust
    h1-case-adjust-file h1-do-not-close-on-insecure-transfer-encoding h2-workaround-bogus-websocket-clients
    hard-stop-after http-err-codes http-fail-codes insecure-fork-wanted insecure-setuid-wanted issuers-chain-path
    jwt.decrypt-key-path key-base limited-quic load-server-state-from-file localpeer log log-send-hostname log-tag
    max-spread-checks maxcompcpuusage maxcomprate maxconn maxconnrate maxpipes maxsessrate maxsslconn maxsslrate
    maxzlibmem mworker-max-reloads nbproc nbthread no-memory-trimming no-quic node noepoll noevports nogetaddrinfo
    nokqueue nopoll noreuseport nosplice numa-cpu-mapping ocsp-update.disable ocsp-update.httpproxy
    ocsp-update.maxdelay ocsp-update.mindelay ocsp-update.mode pidfile pp2-never-send-local prealloc-fd presetenv
    quiet resetenv server-state-base server-state-file set-dumpable set-var set-var-fmt setcap setenv shm-stats-file
    shm-stats-file-max-objects spread-checks strict-limits stress-level thread-group thread-groups thread-hard-limit
    uid ulimit-n unix-bind unsetenv user warn-blocked-traffic-after wurfl-cache-size wurfl-data-file wurfl-engine-mode
    wurfl-information-list wurfl-information-list-separator wurfl-useragent-priority zero-warning
    """
)
"""Statements of ``global`` that are about the process, and those that set variables."""

GLOBAL_BEGINNINGS = ("tune.", "ssl-", "httpclient.", "profiling.", "harden.", "quic-", "acme.", "jwt.")

INERT_SECTIONS = frozenset({"mailers", "resolvers", "userlist", "cache", "http-errors", "ring", "fcgi-app", "crt-store",
                            "log-profile", "traces", "acme"})  # fmt: skip
"""Sections in which nothing listens and no client is let in."""

PEERS = frozenset({"bind", "default-bind", "default-server", "disabled", "enabled", "log", "peer", "server", "shards",
                   "table"})  # fmt: skip

LOG_FORWARD = frozenset({"backlog", "bind", "dgram-bind", "description", "log", "maxconn", "option", "timeout"})

BIND_FLAGS = _words(
    """
    accept-proxy allow-0rtt defer-accept force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13
    generate-certificates no-alpn no-ca-names no-sslv3 no-strict-sni no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12
    no-tlsv13 prefer-client-ciphers quic-force-retry ssl strict-sni tfo tls-tickets transparent v4v6 v6only
    """
)
BIND_VALUES = _words(
    """
    accept-netscaler-cip alpn backlog ca-file ca-ignore-err ca-sign-file ca-sign-pass ca-verify-file cc ciphers
    ciphersuites client-sigalgs crl-file crt crt-ignore-err crt-list curves default-crt ecdhe ech expose-fd gid group
    guid-prefix id idle-ping interface key ktls label level maxconn mode mss name namespace nbconn nice npn
    ocsp-update process proto quic-cc-algo quic-socket severity-output shards sigalgs ssl-max-ver ssl-min-ver
    tcp-md5sig tcp-ss tcp-ut thread tls-ticket-keys uid user verify
    """
)

SERVER_FLAGS = _words(
    """
    agent-check allow-0rtt backup check check-reuse-pool check-send-proxy check-sni-auto check-ssl check-via-socks4
    disabled enabled force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 no-agent-check no-backup no-check
    no-check-reuse-pool no-check-send-proxy no-check-sni-auto no-check-ssl no-check-via-socks4 no-renegotiate
    no-send-proxy no-send-proxy-v2 no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn no-sni-auto no-ssl no-ssl-reuse
    no-sslv3 no-tfo no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 non-stick renegotiate send-proxy
    send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn sni-auto ssl ssl-reuse stick strict-maxconn tfo tls-tickets
    """
)
SERVER_VALUES = _words(
    """
    addr agent-addr agent-inter agent-port agent-send alpn ca-file cc check-alpn check-pool-conn-name check-proto
    check-sni ciphers ciphersuites client-sigalgs cookie crl-file crt curves downinter ech error-limit fall fastinter
    guid hash-key id idle-ping init-addr init-state inter ktls log-bufsize log-proto max-reuse maxconn maxqueue
    minconn namespace npn observe on-error on-marked-down on-marked-up pool-conn-name pool-low-conn pool-max-conn
    pool-purge-delay port proto proxy-v2-options redir resolve-net resolve-opts resolve-prefer resolvers rise sigalgs
    slowstart sni socks4 ssl-max-ver ssl-min-ver tcp-md5sig tcp-ut track verify verifyhost weight ws
    """
)
