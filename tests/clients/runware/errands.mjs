// What the errands in JavaScript share: a watch that times each call, and one line of JSON at the end.
const calls = [];
const MAGIC = [["ffd8ff", "JPG"], ["89504e", "PNG"], ["494433", "MP3"], ["fffb", "MP3"], ["676c5446", "GLB"]];

export const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

// Awaits a client's call and notes how long it took; atLeast is what the client waits by itself.
export async function timed(call, coming, atLeast = 0) {
  const begun = performance.now();
  try {
    return await coming;
  } finally {
    calls.push({ call, seconds: (performance.now() - begun) / 1000, at_least: atLeast });
  }
}

// What kind of file this is, or lies at an address.
export function kind(data) {
  if (data.subarray(4, 8).toString() === "ftyp") return "MP4";
  if (data.subarray(0, 1000).includes("<svg")) return "SVG";
  const head = data.subarray(0, 8).toString("hex");
  return MAGIC.find(([magic]) => head.startsWith(magic))?.[1] ?? head;
}
export const file = async (url) => kind(Buffer.from(await (await fetch(url)).arrayBuffer()));

// What a call that must fail says.
export async function refusal(coming) {
  try {
    return `nothing was refused: ${JSON.stringify(await coming)}`;
  } catch (no) {
    const told = no instanceof Error ? { message: no.message, status: no.statusCode, body: no.responseBody } : no;
    return JSON.stringify(told);
  }
}

// Runs the errand that the command line names; what follows the name goes to it.
export async function run(errands) {
  const [name, ...args] = process.argv.slice(2);
  const told = await errands[name](...args).then((seen) => ({ seen }), (broke) => ({ broke: broke?.stack ?? broke }));
  console.log(JSON.stringify({ ...told, calls, outside: globalThis.tried }));
  process.exit(0); // a client that holds on to a socket or a timer is not waited for
}
