/** What Node and browsers share: typed arrays, WebCrypto and text codecs. No Buffer, no node: modules. */
export type Bytes = Uint8Array<ArrayBuffer>;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Throws TypeError on anything but well-formed UTF-8. */
export const textOf = (bytes: Bytes): string => decoder.decode(bytes);

export const bytesOf = (text: string): Bytes => encoder.encode(text);

/** One character a byte, so that places in the text are places in the file. */
export function latin1(bytes: Bytes): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += argumentsLimit)
    parts.push(String.fromCharCode(...bytes.subarray(at, at + argumentsLimit)));
  return parts.join("");
}

/** Engines take some ten thousand arguments before the stack is full. */
const argumentsLimit = 8192;

export const hexOf = (bytes: Bytes): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Undefined unless the text is an even number of hex digits. */
export function fromHex(text: string): Bytes | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** Undefined unless the text is padded base64 in its only spelling. */
export function fromBase64(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const binary = atob(text);
  return btoa(binary) === text
    ? Uint8Array.from(binary, (character) => character.charCodeAt(0))
    : undefined;
}

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const same = (one: Bytes, other: Bytes): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

export const digest = async (name: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512", bytes: Bytes) =>
  new Uint8Array(await crypto.subtle.digest(name, bytes));

export const sha256 = (bytes: Bytes): Promise<Bytes> => digest("SHA-256", bytes);

/** Lowercase hex. */
export const sha256Hex = async (bytes: Bytes): Promise<string> => hexOf(await sha256(bytes));
