// A client of both APIs, as it would be of the provider itself: node's own fetch, nothing to install.
import { setTimeout as pause } from "node:timers/promises";

const { RUNCOMFY_BASE_URL: base, RUNCOMFY_API_KEY: key, POLL_MS = "50" } = process.env;
const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };

async function ask(method, url, body) {
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function made(url, body) {
  const order = await ask("POST", url, body);
  while (["in_queue", "in_progress"].includes((await ask("GET", order.status_url)).status)) await pause(Number(POLL_MS));
  const result = await ask("GET", order.result_url);
  if (result.status !== "succeeded") throw new Error(`${url} ended as ${result.status}: ${JSON.stringify(result.error)}`);
  return result;
}

async function size(url) {
  const file = await fetch(url);
  if (!file.ok) throw new Error(`GET ${url}: ${file.status}`);
  return (await file.arrayBuffer()).byteLength;
}

// The Model API: the path names the model.
const poster = await made(`${base}/v1/models/tongyi-mai/z-image/turbo`, { prompt: "a red tram" });

// The Serverless API: the path names a deployment of the account.
const deployments = await ask("GET", `${base}/prod/v2/deployments`);
const ready = deployments.find((deployment) => deployment.is_enabled);
const { outputs } = await made(`${base}/prod/v2/deployments/${ready.id}/inference`, { overrides: {} });
const [picture] = Object.values(outputs).flatMap((node) => node.images ?? []);

console.log(`${await size(poster.output.image)} bytes from a model, ${await size(picture.url)} bytes from ${ready.name}`);
