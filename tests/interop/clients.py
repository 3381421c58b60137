"""Uses a server the way programs written with redis-py do. Arguments: host:port."""

import sys
import threading
import time

import redis


def check(found, expected):
    assert found == expected, f"{found!r} instead of {expected!r}"


def strings(r):
    check(r.set("greeting", "hello"), True)
    check(r.get("greeting"), b"hello")
    check(r.set("greeting", "again", nx=True), None)
    check(r.set("greeting", "again", xx=True, get=True), b"hello")
    check(r.append("greeting", "!"), 6)
    check(r.getrange("greeting", 0, 4), b"again")
    check(r.incr("visits"), 1)
    check(r.incrby("visits", 41), 42)
    check(r.incrbyfloat("ratio", 0.5), 0.5)
    check(r.mset({"a": 1, "b": 2}), True)
    check(r.mget("a", "b", "nobody"), [b"1", b"2", None])
    check(r.lcs("a", "b"), b"")
    big = b"x" * 5_000_000
    r.set("big", big)
    check(r.get("big") == big, True)


def keys_and_expiry(r):
    r.set("session", "ann", ex=100)
    assert 95 <= r.ttl("session") <= 100
    check(r.expire("session", 200, gt=True), True)
    check(r.persist("session"), True)
    check(r.ttl("session"), -1)
    r.set("brief", "x", px=20)
    deadline = time.monotonic() + 5
    while r.exists("brief"):
        assert time.monotonic() < deadline
    check(r.rename("session", "old"), True)
    check(r.type("old"), b"string")
    r.mset({f"scanned:{n}": n for n in range(1000)})
    check(len(set(r.scan_iter("scanned:*"))), 1000)
    check(r.copy("a", "copied"), True)
    check(r.delete("a", "b", "nobody"), 2)
    check(r.unlink("old"), 1)


def transactions(r):
    with r.pipeline() as p:
        p.set("counter", 1).incr("counter").get("counter")
        check(p.execute(), [True, 2, b"2"])
    with r.pipeline() as p:
        p.watch("counter")
        r.set("counter", 10)
        p.multi()
        p.incr("counter")
        try:
            p.execute()
            raise AssertionError("a changed key was not noticed")
        except redis.WatchError:
            pass
    r.transaction(lambda p: p.set("seen", "yes"), "counter")
    check(r.get("seen"), b"yes")


def publish_and_subscribe(r):
    listener = r.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("news")
    listener.psubscribe("wea*")
    listener.get_message(timeout=1)
    listener.get_message(timeout=1)
    check(r.publish("news", "first"), 1)
    check(r.publish("weather", "sun"), 1)
    got = []
    deadline = time.monotonic() + 5
    while len(got) < 2 and time.monotonic() < deadline:
        message = listener.get_message(timeout=1)
        if message:
            got.append((message["channel"], message["data"]))
    check(got, [(b"news", b"first"), (b"weather", b"sun")])
    listener.close()


def administration(r):
    check(r.ping(), True)
    assert r.info("server")["redis_version"].startswith("7.2")
    check(r.config_set("maxmemory-policy", "allkeys-lru"), True)
    check(r.config_get("maxmemory-policy"), {"maxmemory-policy": "allkeys-lru"})
    check(r.client_setname("tester"), True)
    check(r.client_getname() in ("tester", b"tester"), True)
    assert any(c["name"] == "tester" for c in r.client_list())
    assert r.dbsize() > 0
    assert r.command_count() > 50
    assert r.memory_usage("big") >= 5_000_000
    check(r.slowlog_reset(), True)


def many_threads(host, port):
    pool = redis.ConnectionPool(host=host, port=port)
    def work():
        r = redis.Redis(connection_pool=pool)
        for _ in range(200):
            r.incr("together")
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(redis.Redis(connection_pool=pool).get("together"), b"1600")


host, port = sys.argv[1].rsplit(":", 1)
for protocol in (2, 3):
    client = redis.Redis(host=host, port=int(port), protocol=protocol)
    client.flushall()
    for use in (strings, keys_and_expiry, transactions, publish_and_subscribe, administration):
        use(client)
many_threads(host, int(port))
print("ok")
