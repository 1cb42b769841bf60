import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as agreement from "../../functions/dialects/agreement.ts";
import * as native from "../../functions/dialects/native.ts";
import { wordTransactionProblem } from "../../functions/dialects/transaction.ts";
import * as wallet from "../../functions/dialects/wallet.ts";
import { Problem, type ProblemCode } from "../../functions/domain/problem.ts";
import { begin, decide, type Json, pendingVerification, signed } from "./actors.ts";
import { agreementCall, begunAgreement } from "./agreement-actors.ts";
import {
  archiveFailed,
  callbackUndelivered,
  inFlight,
  messageFailed,
  withoutPartners,
  withoutTemplate,
} from "./error-faults.ts";
import { type Dialect, type Speaker, speakersOf } from "./error-speakers.ts";
import { begunFace, faceBecomes, show, start } from "./face-actors.ts";
import { ownStack, sharedStack } from "./stack.ts";
import { beginProcess, processBecomes, signerOf, tellProcess } from "./wallet-actors.ts";

const stack = sharedStack();
// Where faults are scripted, secrets spoiled and the clock is moved.
const own = ownStack();

/** An HTTP status and a code; where nobody waits for an answer, what the contract or the log says instead. */
type Said = readonly [unknown, unknown];

type Cell =
  | "-"
  | { readonly rows: string; readonly says: Said; readonly when: () => Promise<Said> }
  | { readonly says: Said; readonly shownIn: string }
  | { readonly says: Said; readonly neverMetAs: ProblemCode };

const when = (rows: string, says: Said, provoke: () => Promise<Said>): Cell => ({
  rows,
  says,
  when: provoke,
});
const shownIn = (file: string, ...says: Said): Cell => ({ shownIn: `${file}.test.ts`, says });
/** No route of the dialect meets it, for its people act on pages of ours; its word stands in its table all the same. */
const neverMet = (neverMetAs: ProblemCode, ...says: Said): Cell => ({ neverMetAs, says });

const said = ({ status, body }: { readonly status: number; readonly body: Json }): Said => [
  status,
  body.code,
];

const speakers = speakersOf(stack);
const ownSpeakers = speakersOf(own);

const faulty = (dialect: Dialect, fault: keyof Speaker["faulty"]) => async (): Promise<Said> => {
  const { request, faulty: faults, start: send } = speakers[dialect];
  return said(await send(faults[fault](request())));
};
const claiming =
  (dialect: Dialect, claim: Parameters<Speaker["start"]>[1]) => async (): Promise<Said> =>
    said(await speakers[dialect].start(speakers[dialect].request(), claim));
const replayed = (dialect: Dialect) => async (): Promise<Said> =>
  said(await speakers[dialect].replayed());
/** The second of two requests with one key. */
const second =
  (dialect: Dialect, change: (request: Json) => Json = (same) => same) =>
  async (): Promise<Said> => {
    const { request, start: send } = speakers[dialect];
    const first = request();
    await send(first);
    return said(await send(change(first)));
  };

const late = { lateMs: 6 * 60_000 };
const forged = { secret: "guessed" };
const stranger = { clientId: "nobody" };

/** Table 2.3 of the requirements, cell by cell; a dash is a dash there. */
const taxonomy = {
  PARAM_MISSING: {
    A: when("A-37", [400, "B40001"], faulty("A", "missing")),
    C: when("C-65", [400, 40001], faulty("C", "missing")),
    D: when("D-50", [400, "PARAM_INVALID"], faulty("D", "missing")),
    T: when("T-32", [400, "MISSING_PARAMETER"], faulty("T", "missing")),
  },
  PARAM_INVALID: {
    A: when("A-37", [400, "B40001"], faulty("A", "invalid")),
    C: when("C-65", [400, 40001], faulty("C", "invalid")),
    D: when("D-50", [400, "PARAM_INVALID"], faulty("D", "invalid")),
    T: when("T-33", [400, "INVALID_PARAMETER"], faulty("T", "invalid")),
  },
  ENUM_UNSUPPORTED: {
    A: when("A-04", [400, "B40002"], faulty("A", "unsupported")),
    C: when("C-65", [400, 40001], faulty("C", "unsupported")),
    D: when("D-50", [400, "PARAM_INVALID"], faulty("D", "unsupported")),
    T: when("T-34", [400, "UNSUPPORTED_BIZ_TYPE"], faulty("T", "unsupported")),
  },
  SIGNATURE_INVALID: {
    A: when("K12", [401, "B40101"], claiming("A", forged)),
    C: when("C-64", [401, 40101], claiming("C", forged)),
    D: when("K12", [401, "SIGNATURE_INVALID"], claiming("D", forged)),
    T: when("T-29", [401, "INVALID_SIGNATURE"], claiming("T", forged)),
  },
  SIGNATURE_INVALID_OF_CALLBACK: {
    A: "-",
    C: "-",
    D: when("D-56", [401, "CALLBACK_TOKEN_INVALID"], async () =>
      said(await tellProcess(stack, {}, "guessed")),
    ),
    T: "-",
  },
  CLIENT_UNKNOWN: {
    A: when("K12", [401, "B40101"], claiming("A", stranger)),
    C: when("C-64", [401, 40101], claiming("C", stranger)),
    D: when("K12", [401, "SIGNATURE_INVALID"], claiming("D", stranger)),
    T: when("T-31", [401, "INVALID_APPID"], claiming("T", stranger)),
  },
  TIMESTAMP_SKEW: {
    A: when("K12", [401, "B40101"], claiming("A", late)),
    C: when("C-64", [401, 40101], claiming("C", late)),
    D: when("K12", [401, "SIGNATURE_INVALID"], claiming("D", late)),
    T: when("T-30", [400, "INVALID_TIMESTAMP"], claiming("T", late)),
  },
  NONCE_REPLAY: {
    A: when("K12", [401, "B40101"], replayed("A")),
    C: when("C-64", [401, 40101], replayed("C")),
    D: when("K12", [401, "SIGNATURE_INVALID"], replayed("D")),
    T: when("T-30", [400, "INVALID_TIMESTAMP"], replayed("T")),
  },
  DUPLICATE: {
    A: when("A-31", [409, "REQUEST_DUPLICATED"], second("A")),
    C: when("C-66", [400, 40002], second("C")),
    D: when("D-51", [409, "REQUEST_DUPLICATED"], second("D")),
    T: when("T-10", [200, "SUCCESS"], second("T")),
  },
  DUPLICATE_IN_FLIGHT: {
    A: "-",
    C: "-",
    D: "-",
    T: when("T-36", [409, "REQUEST_PROCESSING"], async () =>
      said(await inFlight(own, ownSpeakers.T, (same) => same)),
    ),
  },
  IDEMPOTENCY_CONFLICT: {
    A: when("K08", [409, "B40901"], second("A", speakers.A.faulty.different)),
    C: when("C-66", [400, 40002], second("C", speakers.C.faulty.different)),
    D: when("D-51", [409, "REQUEST_DUPLICATED"], second("D", speakers.D.faulty.different)),
    T: when("T-35", [409, "DUPLICATE_REQUEST"], second("T", speakers.T.faulty.different)),
  },
  IDEMPOTENCY_CONFLICT_IN_FLIGHT: {
    A: "-",
    C: "-",
    D: "-",
    T: when("T-36", [409, "REQUEST_PROCESSING"], async () =>
      said(await inFlight(own, ownSpeakers.T, ownSpeakers.T.faulty.different)),
    ),
  },
  TEMPLATE_UNAVAILABLE: {
    A: when("B-32", [500, "B50003"], async () => said(await withoutTemplate(own, ownSpeakers.A))),
    C: shownIn("agreement", 400, 40003),
    D: when("D-52", [500, "TEMPLATE_NOT_FOUND"], async () =>
      said(await withoutTemplate(own, ownSpeakers.D)),
    ),
    T: "-",
  },
  LINK_EXPIRED: {
    A: shownIn("expiry", 410, "B41001"),
    C: shownIn("agreement-time", 400, 40004),
    D: shownIn("wallet-ends", 410, "PROCESS_EXPIRED"),
    T: "-",
  },
  LINK_USED: {
    A: when("K25", [409, "B40902"], async () => {
      const person = await signed(await begin(stack, "enterprise"));
      return said(await person.act("sign", { signature: { typedName: "x" } }));
    }),
    C: shownIn("agreement", 400, 40005),
    D: neverMet("LINK_USED", 409, "STATE_CONFLICT"),
    T: "-",
  },
  VERIFY_MISMATCH: {
    A: shownIn("verification", "FAILED", "VERIFY_MISMATCH"),
    C: when("C-70", [400, 40006], async () => {
      const face = await begunFace(stack);
      await show(face, "FACE_MISMATCH");
      await faceBecomes(stack, face, "FAILED");
      return said(await start(face));
    }),
    D: when("D-30", ["FAILED", "VERIFY_MISMATCH"], async () => {
      const process = await beginProcess(stack, "person");
      await (await signerOf(stack, process)).sign();
      const flow = { id: process.id } as Parameters<typeof pendingVerification>[1];
      const { verificationId } = await pendingVerification(stack, flow);
      const mismatch = { result: "FAILED", failReason: "FACE_MISMATCH" };
      await decide(stack, verificationId, mismatch);
      const { status, failureReason } = await processBecomes(process, "FAILED");
      return [status, failureReason];
    }),
    T: "-",
  },
  STATE_CONFLICT: {
    A: shownIn("races", 409, "B40901"),
    C: shownIn("agreement", 409, 40901),
    D: neverMet("STATE_CONFLICT", 409, "STATE_CONFLICT"),
    T: "-",
  },
  RATE_LIMITED: {
    A: shownIn("sms", 429, "B42901"),
    C: when("K28", [429, 42901], async () => {
      const { id } = await begunAgreement(stack);
      const renew = () =>
        agreementCall(stack, "POST", `/api/v1/contract/${id}/sign-url`, {
          partyId: "RECEIVER_001",
        });
      for (let issued = 1; issued <= 30; issued += 1) {
        const answer = await renew();
        if (answer.status === 429) return said(answer);
      }
      return ["a link was issued", "without end"];
    }),
    D: shownIn("wallet-keys", 429, "RATE_LIMITED"),
    // Document T's own 429 is the API's throttle, which answers before any function of ours.
    T: neverMet("RATE_LIMITED", 429, "RATE_LIMITED"),
  },
  SMS_FAILED: {
    A: shownIn("sms", "FAILED", "SMS_SEND_FAILED"),
    C: when("C-71", ["FAILED", "SMS_SEND_FAILED"], () => messageFailed(own)),
    D: shownIn("wallet-ends", 502, "SMS_SEND_FAILED"),
    T: "-",
  },
  VERIFIER_DOWN: {
    A: shownIn("verification", "FAILED", "VERIFIER_DOWN"),
    C: shownIn("face-verification", 500, 50001),
    D: shownIn("wallet-ends", "FAILED", "VERIFICATION_SERVICE_ERROR"),
    T: "-",
  },
  CALLBACK_UNDELIVERED: {
    A: when("K19", ["WebhookUndelivered", 50002], () => callbackUndelivered(own, ownSpeakers.A)),
    C: when("C-72", ["WebhookUndelivered", 50002], () => callbackUndelivered(own, ownSpeakers.C)),
    D: when("K19", ["WebhookUndelivered", 50002], () => callbackUndelivered(own, ownSpeakers.D)),
    T: "-",
  },
  ARCHIVE_FAILED: {
    A: when("C-73", ["TimestampUnavailable", 50003], () => archiveFailed(own, "A")),
    C: when("C-73", ["TimestampUnavailable", 50003], () => archiveFailed(own, "C")),
    D: when("C-73", ["TimestampUnavailable", 50003], () => archiveFailed(own, "D")),
    T: "-",
  },
  CLEARING_FAILED: {
    A: "-",
    C: "-",
    D: "-",
    T: shownIn("transactions", 502, "DOWNSTREAM_SERVICE_ERROR"),
  },
  INTERNAL: {
    A: when("B-57", [500, "B50000"], async () => said(await withoutPartners(own, ownSpeakers.A))),
    C: when("K14", [500, 50000], async () => said(await withoutPartners(own, ownSpeakers.C))),
    D: when("D-57", [500, "INTERNAL_ERROR"], async () =>
      said(await withoutPartners(own, ownSpeakers.D)),
    ),
    T: when("T-38", [500, "SYSTEM_ERROR"], async () =>
      said(await withoutPartners(own, ownSpeakers.T)),
    ),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Dialect, Cell>>>>;

const cells = Object.entries(taxonomy).flatMap(([code, row]) =>
  (Object.entries(row) as [Dialect, Cell][]).flatMap(([dialect, cell]) =>
    cell === "-" ? [] : [{ code, dialect, word: cell.says.join(" "), ...cell }],
  ),
);

describe("2.3: every error in every dialect", () => {
  test.each(cells.filter((cell) => "when" in cell))(
    "$rows: $code is $word in dialect $dialect",
    { timeout: 60_000 },
    async ({ when: provoke, says }) => {
      expect(await provoke()).toEqual(says);
    },
  );

  test.each(cells.filter((cell) => "shownIn" in cell))(
    "$code is $word in dialect $dialect: $shownIn expects it",
    ({ shownIn: file, says }) => {
      const journey = readFileSync(join(import.meta.dirname, file), "utf8");

      const [status, word] = says;
      const pair = status === "FAILED" ? `"FAILED"[^]{0,250}"${word}"` : `${status},? "?${word}\\b`;
      expect(journey).toMatch(new RegExp(pair));
    },
  );

  test.each(cells.filter((cell) => "neverMetAs" in cell))(
    "$code is $word in dialect $dialect, though no route of it can meet it",
    ({ dialect, neverMetAs, says }) => {
      expect(said(wordings[dialect](new Problem(neverMetAs, "x"), "trace"))).toEqual(says);
    },
  );
});

const wordings = {
  A: native.wordProblem,
  C: agreement.wordProblem,
  D: wallet.wordProblem,
  T: wordTransactionProblem,
};
