// A guard on the door of a client's process (node --import): nobody leaves this machine, and who tried is told.
import dns from "node:dns";
import net from "node:net";

export const tried = [];
globalThis.tried = tried; // one list, however often this file is loaded

const inside = (host) => ["localhost", "::1", "[::1]"].includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);

function refuse(host) {
  tried.push(host);
  throw new Error(`expected a host of this machine; came ${host}; point the client here`);
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  const [host, path] = typeof first === "object" ? [first.host, first.path] : [args[1], undefined];
  const to = typeof host === "string" ? host : "localhost";
  if (!path && !inside(to)) refuse(to);
  return connect.apply(this, args);
};

const lookup = dns.lookup;
dns.lookup = function (host, ...args) {
  if (!inside(host)) refuse(host);
  return lookup.call(this, host, ...args);
};

const asked = globalThis.fetch;
globalThis.fetch = function (input, ...args) {
  const { hostname } = new URL(input.url ?? input);
  if (!inside(hostname)) refuse(hostname);
  return asked.call(this, input, ...args);
};
