import type { Answer } from "./signed-call.ts";

/** What came of a call: the answer, or the refusal in words of the dialect. */
export type Reply<Body, Problem> = {
  readonly status: number;
  /** The request was sent before; nothing happened anew. */
  readonly replayed: boolean;
} & (
  | { readonly ok: true; readonly body: Body }
  | {
      readonly ok: false;
      /** After how many seconds it may be tried again, where the API says so. */
      readonly retryAfterSeconds?: number;
      readonly body: Problem;
    }
);

/** What each description promises is what the types say; the tests hold the API to it. */
export async function replyOf<Body, Problem>(sent: Promise<Answer>): Promise<Reply<Body, Problem>> {
  const { status, headers, body } = await sent;
  const replayed = headers.get("idempotent-replayed") === "true";
  if (status === 200) return { ok: true, status, replayed, body };
  const seconds = headers.get("retry-after");
  return {
    ok: false,
    status,
    replayed,
    ...(seconds === null ? {} : { retryAfterSeconds: Number(seconds) }),
    body,
  };
}

type Refusal = { readonly code: string | number; readonly message: string };

/** The answer, for whoever has no use for a refusal. Throws with the code and the message of one. */
export async function expected<Body>(reply: Promise<Reply<Body, Refusal>>): Promise<Body> {
  const got = await reply;
  if (got.ok) return got.body;
  throw new Error(`refused: ${got.status} ${got.body.code}: ${got.body.message}`);
}
