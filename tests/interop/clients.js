// Uses a server the way programs written with ioredis do. Arguments: host:port.

const assert = require("node:assert");
const Redis = require("ioredis");

async function main() {
  const [host, port] = process.argv[2].split(":");
  const redis = new Redis({ host, port: Number(port) });
  await redis.flushall();

  assert.equal(await redis.set("greeting", "hello"), "OK");
  assert.equal(await redis.get("greeting"), "hello");
  assert.equal(await redis.set("greeting", "x", "NX"), null);
  assert.equal(await redis.incrby("visits", 42), 42);
  assert.deepEqual(await redis.mget("greeting", "nobody"), ["hello", null]);
  await redis.set("session", "ann", "EX", 100);
  assert.ok((await redis.ttl("session")) > 95);

  const results = await redis.multi().set("a", 1).incr("a").get("a").exec();
  assert.deepEqual(results, [[null, "OK"], [null, 2], [null, "2"]]);

  const pipeline = redis.pipeline();
  for (let n = 0; n < 10000; n++) pipeline.set(`key:${n}`, n);
  assert.equal((await pipeline.exec()).length, 10000);
  const found = new Set();
  for await (const keys of redis.scanStream({ match: "key:*", count: 500 })) keys.forEach((key) => found.add(key));
  assert.equal(found.size, 10000);

  const listener = redis.duplicate();
  await listener.subscribe("news");
  const message = new Promise((resolve) => listener.on("message", (channel, text) => resolve([channel, text])));
  assert.equal(await redis.publish("news", "first"), 1);
  assert.deepEqual(await message, ["news", "first"]);

  await assert.rejects(redis.call("NOSUCH"), /unknown command/);
  await assert.rejects(redis.incr("greeting"), /not an integer/);
  listener.disconnect();
  await redis.quit();
  console.log("ok");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
