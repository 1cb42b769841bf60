import { BlockList, isIP } from "node:net";

/** Where a webhook may never go: everything that is not the public internet. */
const refused = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  refused.addSubnet(network, prefix, "ipv4");

/** Of IPv6 only global unicast is public, and of that not the parts that wrap other addresses or are for books. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  refused.addSubnet(network, prefix, "ipv6");

/** Names that mean something only inside a machine or a network (RFC 6761, RFC 8375, ICANN's .internal). */
const internalName = /\.(localhost|localdomain|local|internal|home\.arpa)\.?$/;

const allowedPorts = new Set(["", "443", "8443"]);

/** Says why an address must not be connected to; undefined when it may. */
export function addressFault(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0) return "is not an address";
  const inside =
    family === 4
      ? refused.check(address, "ipv4")
      : !globalUnicast.check(address, "ipv6") || refused.check(address, "ipv6");
  return inside ? "is not a public address" : undefined;
}

/**
 * Says why we must not send to `url`; undefined when we may. `allowedHosts` are exact `host:port`
 * names that skip the rules, which only the local stage uses, for its simulators.
 * A literal address never reaches a resolver, so it is checked here as well (design 7).
 */
export function urlFault(url: string, allowedHosts: readonly string[]): string | undefined {
  if (!URL.canParse(url)) return "must be an absolute URL";
  const { protocol, username, password, port, hostname, host, hash } = new URL(url);
  if (username !== "" || password !== "") return "must not carry a user name or password";
  if (hash !== "") return "must not carry a fragment";
  if (allowedHosts.includes(host) && (protocol === "https:" || protocol === "http:"))
    return undefined;
  if (protocol !== "https:") return "must use https";
  if (!allowedPorts.has(port)) return "must use port 443 or 8443";
  const literal = hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && addressFault(literal) !== undefined) return "must be a public address";
  if (
    isIP(literal) === 0 &&
    (!/^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}\.?$/.test(hostname) ||
      internalName.test(hostname))
  )
    return "must name a public host";
  return undefined;
}
