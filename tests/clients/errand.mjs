// The errand of test_clients.py in JavaScript: node's own fetch, nothing to install.
const [url, token] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
const ask = (method, where, body) => fetch(where, { method, headers, body: body && JSON.stringify(body) });
const model = `${url}/v1/models/tongyi-mai/z-image/turbo`;

const job = await (await ask("POST", model, { prompt: "a red tram", output_format: "webp" })).json();
const words = [];
while (words.at(-1) !== "completed" && words.length < 20) {
  words.push((await (await ask("GET", job.status_url)).json()).status);
}
const result = await (await ask("GET", job.result_url)).json();
const file = Buffer.from(await (await fetch(result.output.image)).arrayBuffer());
const other = await (await ask("POST", model, { prompt: "another" })).json();
const cancel = await ask("POST", other.cancel_url);
const refused = await ask("POST", model, { prompt: 4 });
console.log(JSON.stringify({
  words,
  result: result.status,
  file: file.subarray(0, 4).toString(),
  cancel: [cancel.status, (await cancel.json()).outcome],
  refused: [refused.status, (await refused.json()).error_code],
}));
