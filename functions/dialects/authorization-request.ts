import * as z from "zod";
import { ratioBasisPoints } from "../domain/authorization-terms.ts";
import type { FieldProblem } from "../domain/problem.ts";
import type { BizScene } from "../domain/words.ts";

/** `authorization` of a start: between which accounts money may move once the contract is completed (K42). */

/** The form of document D's samples, ACC100001. */
export const account = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{3,31}$/, "must be an account code: A-Z, then 3 to 31 of A-Z 0-9 _");

/** D-05, "0.8". Text, for JSON's numbers would bring 0.30000000000000004. */
export const ratio = z
  .string()
  .refine(
    (value) => /^(0\.\d{1,4}|1(\.0{1,4})?)$/.test(value) && ratioBasisPoints(value) > 0,
    "must be a decimal above 0 and up to 1 with at most 4 places, as text",
  )
  .meta({ pattern: "^(0\\.[0-9]{1,4}|1(\\.0{1,4})?)$" });

export const authorizationSchema = z.strictObject({
  payerAccountNo: account,
  payeeAccountNo: account.optional(),
  maxRatio: ratio.optional(),
  validUntil: z.iso
    .datetime({ error: "must be a time in UTC, such as 2027-11-21T00:00:00Z" })
    .optional(),
});

/** Which scenes name a payee (D-35 to D-38): who opens payment, opens it to everybody bound to it. */
const needsPayee = {
  RELATION_BIND: true,
  OPEN_PAYMENT: false,
  POOLING_AUTH: true,
} as const satisfies Record<BizScene, boolean>;

/** What is wrong between the fields. They may be of any type: it is also asked about requests already refused. */
export function* authorizationFaults(
  bizScene: BizScene,
  authorization: z.infer<typeof authorizationSchema>,
): Generator<FieldProblem> {
  if (!Object.hasOwn(needsPayee, bizScene)) return;
  const { payerAccountNo, payeeAccountNo, maxRatio } = authorization;
  const fault = (name: string, message: string) => ({ field: `authorization.${name}`, message });
  const scene = `when bizScene is ${bizScene}`;
  if (needsPayee[bizScene] && payeeAccountNo === undefined)
    yield fault("payeeAccountNo", `is required ${scene}`);
  if (!needsPayee[bizScene] && payeeAccountNo !== undefined)
    yield fault("payeeAccountNo", `must be left out ${scene}`);
  if (payeeAccountNo !== undefined && payeeAccountNo === payerAccountNo)
    yield fault("payeeAccountNo", "must be another account than payerAccountNo");
  if (bizScene !== "POOLING_AUTH" && maxRatio !== undefined)
    yield fault("maxRatio", `must be left out ${scene}`);
}
