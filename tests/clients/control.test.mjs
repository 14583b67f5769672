import assert from "node:assert/strict";
import test from "node:test";
const ask = async (method, url, body, headers) => (await fetch(url, { method, headers, body: JSON.stringify(body) })).json();

test("a generation that fails says why", async () => {
  const { control, urls, keys } = await ask("POST", `${process.env.CONTROL}/sessions`);
  await ask("POST", `${control}/scripts`, { fails: "out of memory" });
  const headers = { Authorization: `Bearer ${keys.runcomfy}`, "Content-Type": "application/json" };
  const job = await ask("POST", `${urls.runcomfy}/v1/models/tongyi-mai/z-image/turbo`, { prompt: "a tram" }, headers);
  while ((await ask("GET", job.status_url, undefined, headers)).status !== "completed");
  assert.match(JSON.stringify(await ask("GET", job.result_url, undefined, headers)), /out of memory/);
  assert.equal((await ask("DELETE", control)).text, ""); // the verdict: what the real provider would not forgive
});
