import { type Files, isAsSealed, names } from "./bundle-files.ts";
import { sha256Hex, textOf } from "./bytes.ts";
import { type Chain, commitmentOf, type Entry, readJson } from "./chain.ts";
import { Broken, type Claim, erased, holds, refuse } from "./claim.ts";

/** Ends that exclude each other and a signed document. */
const ends = ["FAILED", "DECLINED", "REVOKED", "EXPIRED"];
/** Handwriting takes some kilobytes. */
const longestDisclosures = 1024 * 1024;

export const find = (
  { entries }: Chain,
  step: string,
  facts: Entry["facts"] = {},
): Entry | undefined =>
  entries.find(
    (entry) =>
      entry.step === step &&
      Object.entries(facts).every(([key, value]) => entry.facts[key] === value),
  );

export const isSigned = (chain: Chain): boolean => find(chain, "DOCUMENT_SIGNED") !== undefined;

/** The verification that a signer passed. */
export const verificationOf = (chain: Chain, signer: unknown): Entry | undefined =>
  find(chain, "AUTH_RESULT", { result: "SUCCESS", signer: Number(signer) });

/** The step in which the platform sealed in that signer's name. */
export const sealedFor = (chain: Chain, signer: number): Entry | undefined =>
  find(chain, "AUTO_SIGN", { signer });

/** Everybody whom the first step names, or the one signer that it needs not name. */
function signersOf({ entries }: Chain): number[] {
  const named = Object.keys(entries[0]?.facts ?? {}).flatMap((name) => {
    const [, number] = /^signer(\d{1,3})$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
  return named.length > 0 ? named : [1];
}

/** Completed, which takes a signature, a passed verification and the signed document; or how else it ended. */
export async function outcomeClaim(chain: Chain): Promise<Claim> {
  const ended = chain.entries.filter(({ step }) => ends.includes(step));
  const [end] = ended;
  if (end) {
    refuse(isSigned(chain) || ended.length > 1, entryFile(end), "endTwice");
    return holds("outcome", "ended", { step: end.step, at: end.at });
  }
  for (const missing of ["SIGNED", "AUTH_RESULT", "DOCUMENT_SIGNED"]) {
    const facts = missing === "AUTH_RESULT" ? { result: "SUCCESS" } : {};
    refuse(!find(chain, missing, facts), "entries/", "endMissing", { missing });
  }
  for (const signer of signersOf(chain)) {
    const isThere = find(chain, "SIGNED", { signer }) ?? sealedFor(chain, signer);
    refuse(!isThere, "entries/", "signerMissing", { signer });
  }
  return holds("outcome", "completed", { at: chain.entries.at(-1)?.at ?? "" });
}

/** The PDF the signer read is the one whose hash stands in every signature's step. */
export async function agreementClaim(chain: Chain, files: Files): Promise<Claim> {
  const signed = chain.entries.filter(({ step }) => step === "SIGNED");
  const generated = find(chain, "CONTRACT_GENERATED");
  const bytes = files.get(names.agreement);
  if (generated === undefined) {
    refuse(bytes !== undefined || signed.length > 0, names.agreement, "agreementUnknown");
    return holds("agreement", "agreementNone");
  }
  const { documentHash, contentHash } = generated.facts;
  for (const entry of signed) {
    const isSame =
      entry.facts.documentHash === documentHash && entry.facts.contentHash === contentHash;
    refuse(!isSame, entryFile(entry), "agreementOther");
  }
  if (bytes === undefined) return erased("agreement", names.agreement);
  const hash = await sha256Hex(bytes);
  refuse(hash !== documentHash, names.agreement, "agreementOther");
  return holds("agreement", signed.length > 0 ? "agreementHolds" : "agreementUnsigned", { hash });
}

/**
 * Who signed and when, and by what each of them was verified: one claim each; and for whom the platform sealed,
 * under which mandate.
 */
export const signerClaims = (chain: Chain): Claim[] =>
  chain.entries
    .filter(({ step }) => step === "SIGNED" || step === "AUTO_SIGN")
    .flatMap(({ at, facts, step }) => {
      const signer = Number(facts.signer);
      const mandate = String(facts.mandate);
      if (step === "AUTO_SIGN")
        return signer === 0
          ? [holds("signer", "partyASealed", { at, mandate })]
          : [holds("signer", "signerSealed", { signer, at, mandate })];
      const result = verificationOf(chain, signer);
      return [
        holds("signer", "signerHolds", { signer, at }),
        ...(result
          ? [verifiedClaim(signer, result)]
          : isSigned(chain)
            ? [neverVerified(signer)]
            : []),
      ];
    });

const verifiedClaim = (signer: number, { at, facts }: Entry): Claim =>
  holds("verified", "verifiedHolds", {
    signer,
    at,
    method: String(facts.method),
    id: String(facts.verificationId),
  });

const neverVerified = (signer: number): Claim => ({
  title: "verified",
  status: "fails",
  says: { message: "notVerified", values: { signer } },
  culprit: "entries/",
});

type Disclosure = { readonly name: string; readonly salt: string; readonly value: string };

/** Each disclosed value is what its step committed to. Erased ones may be missing, all of them or some. */
export async function disclosuresClaim(chain: Chain, files: Files): Promise<Claim> {
  const bytes = files.get(names.disclosures);
  const promised = chain.entries.flatMap(({ index, commitments }) =>
    Object.keys(commitments).map((name) => `${index}/${name}`),
  );
  if (bytes === undefined) return erased("disclosures", names.disclosures);
  const bad = () => new Broken(names.disclosures, "disclosureForm");
  const lists = readJson(bytes, names.disclosures, longestDisclosures);
  // Its only spelling: where some values were erased no listed digest guards the others' surroundings.
  if (JSON.stringify(lists, null, 2) !== textOf(bytes) || typeof lists !== "object") throw bad();
  const shown = new Set<string>();
  for (const [index, list] of Object.entries(lists ?? {})) {
    if (!Array.isArray(list)) throw bad();
    for (const one of list as unknown[]) {
      if (!isDisclosure(one) || shown.has(`${index}/${one.name}`)) throw bad();
      const committed = chain.entries[Number(index)]?.commitments[one.name];
      const isSame =
        committed !== undefined && committed === (await commitmentOf(one.salt, one.value));
      refuse(!isSame, names.disclosures, "disclosureOther", { index, name: one.name });
      shown.add(`${index}/${one.name}`);
    }
  }
  const isWhole = promised.every((one) => shown.has(one));
  refuse(isWhole && !(await isAsSealed(files)), names.disclosures, "fileChanged");
  return isWhole
    ? holds("disclosures", "disclosuresHold", { count: shown.size })
    : erased("disclosures", names.disclosures);
}

function isDisclosure(value: unknown): value is Disclosure {
  const { name, salt, value: shown, ...more } = (value ?? {}) as Record<string, unknown>;
  return (
    [name, salt, shown].every((one) => typeof one === "string") && Object.keys(more).length === 0
  );
}

export const entryFile = ({ index }: Entry): string =>
  `entries/${String(index).padStart(4, "0")}.json`;
