import { describe, expect, test } from "vitest";
import {
  checkpointText,
  noteKeyId,
  readCheckpoint,
  readNote,
  signedNote,
} from "../../functions/domain/signed-note.ts";

const root = "0ac51460f12a0b3b60a9b7e8f0a3d2f1b6d7a8c9e0f1a2b3c4d5e6f708192a3b";
const text = checkpointText({ origin: "qianyue.example/log", size: 20852163, root });
const key = { spki: Buffer.from("a public key"), signature: Buffer.from("our signature") };
const note = signedNote(text, "qianyue.example/log", key);

describe("a checkpoint", () => {
  // The example of c2sp.org/tlog-checkpoint, character for character.
  const published = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

  test("of the specification is read, and written again to the same text", () => {
    const read = readNote(published);
    const head = readCheckpoint(read?.text ?? "");

    expect(read?.signatures).toMatchObject([
      { name: "example.com/behind-the-sofa", keyId: "033de0ae" },
    ]);
    expect(head).toEqual({
      origin: "example.com/behind-the-sofa",
      size: 20852163,
      root: "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62",
    });
    expect(head && checkpointText(head)).toBe(read?.text);
  });

  test("may carry lines we do not know, and more signatures than ours", () => {
    const extended = published.replace("\n\n", "\nextension\n\n");
    const read = readNote(
      `${extended}— witness.example/w ${Buffer.alloc(80).toString("base64")}\n`,
    );

    expect(read?.signatures.map(({ name }) => name)).toEqual([
      "example.com/behind-the-sofa",
      "witness.example/w",
    ]);
    expect(readCheckpoint(read?.text ?? "")?.size).toBe(20852163);
  });

  test.each([
    ["a size with a leading zero", text.replace("\n2", "\n02")],
    ["a size that is no number", text.replace("20852163", "many")],
    ["a root of another length", text.replace("CsUU", "")],
    ["no origin", text.replace("qianyue.example/log", "")],
    ["no last newline", text.slice(0, -1)],
  ])("with %s is none", (_, broken) => {
    expect(readCheckpoint(text)).toBeDefined();
    expect(readCheckpoint(broken)).toBeUndefined();
  });
});

describe("a signed note", () => {
  test("ends with the key's id and the signature", () => {
    expect(readNote(note)).toEqual({
      text,
      signatures: [
        {
          name: "qianyue.example/log",
          keyId: noteKeyId(key.spki),
          signature: Buffer.from("our signature"),
        },
      ],
    });
  });

  test.each([
    ["no blank line", note.replace("\n\n", "\n")],
    ["no last newline", note.slice(0, -1)],
    ["a hyphen for the dash", note.replace("—", "-")],
    ["base64 that says its bytes another way", note.replace(/=?=\n$/, "\n")],
    ["a name with a plus", note.replace("— qianyue", "— qian+yue")],
    ["more text than a note has", note.padStart(140_000, "x")],
  ])("with %s is none", (_, broken) => {
    expect(broken).not.toBe(note);
    expect(readNote(broken)).toBeUndefined();
  });
});
