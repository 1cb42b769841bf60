import { createHash } from "node:crypto";

/** A tree head as the log states it; the root is lowercase hex. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: string };

export type SignedNote = {
  /** What is signed: every line, the last newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

/** `signature` is DER (ECDSA), `keyId` four bytes in hex. */
type NoteSignature = {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Buffer;
};

/** Room for the 16 signatures that must be accepted, even post-quantum ones of 5 KB each. */
const noteLimit = 131_072;

/** The text of a checkpoint (c2sp.org/tlog-checkpoint): origin, size, base64 root, one a line. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root, "hex").toString("base64")}\n`;

/** The signed note (c2sp.org/signed-note) over a text, under an ECDSA key (signature type 0x02). */
export function signedNote(
  text: string,
  name: string,
  key: { readonly spki: Uint8Array; readonly signature: Uint8Array },
): string {
  const signed = Buffer.concat([Buffer.from(noteKeyId(key.spki), "hex"), key.signature]);
  return `${text}\n— ${name} ${signed.toString("base64")}\n`;
}

/** The id of an ECDSA key: four bytes of its SPKI's SHA-256. The name takes no part, unlike Ed25519's. */
export const noteKeyId = (spki: Uint8Array): string =>
  createHash("sha256").update(spki).digest("hex").slice(0, 8);

/** Takes a signed note apart without believing it; undefined when it is none. */
export function readNote(note: string): SignedNote | undefined {
  const blank = note.lastIndexOf("\n\n");
  if (note.length > noteLimit || blank < 0 || !note.endsWith("\n")) return undefined;
  const signatures = note
    .slice(blank + 2, -1)
    .split("\n")
    .map(readSignature);
  if (!signatures.every((signature) => signature !== undefined)) return undefined;
  return { text: note.slice(0, blank + 1), signatures };
}

function readSignature(line: string): NoteSignature | undefined {
  const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
  if (name === undefined || encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length < 5 || bytes.toString("base64") !== encoded) return undefined;
  return { name, keyId: bytes.toString("hex", 0, 4), signature: bytes.subarray(4) };
}

/** The tree head in a note's text; undefined when it is no checkpoint. Extension lines are let pass. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin = "", size = "", encoded = "", ...rest] = text.split("\n");
  const root = Buffer.from(encoded, "base64");
  const isCheckpoint =
    origin !== "" &&
    /^(0|[1-9]\d{0,15})$/.test(size) &&
    Number.isSafeInteger(Number(size)) &&
    root.length === 32 &&
    root.toString("base64") === encoded &&
    rest.at(-1) === "";
  return isCheckpoint ? { origin, size: Number(size), root: root.toString("hex") } : undefined;
}
