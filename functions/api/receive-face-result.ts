import { forged } from "../adapters/face-vendor.ts";
import { nonceGuard } from "../adapters/nonce-guard.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { vendorKey } from "../domain/face-verification.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import {
  advanceFaceOrRefuse,
  assembleFaceLinks,
  assembleFaces,
  assembleFaceVendors,
} from "../faces/face-check.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/**
 * `POST /api/v1/verification/face/{verificationId}/callback/{vendor}` (C-32, C-59). Where it comes from, its
 * signature, its time and its nonce are checked before it is read; the same news twice changes nothing.
 */
export function build(world: World) {
  const env = readEnvironment(world, "GUARD_TABLE");
  const faces = assembleFaces(world);
  const vendors = assembleFaceVendors(world);
  const { notifyUrl } = assembleFaceLinks(world);
  const nonces = nonceGuard(world, env.GUARD_TABLE);

  return httpLambda(world, wordProblem, async (call) => {
    const { verificationId: id = "", vendor: name = "" } = call.parameters;
    const refuse = (why: string): Problem => {
      world.log("warn", "face vendor callback refused", { why, traceId: call.traceId });
      world.count("SignatureRefused");
      return forged();
    };
    const vendor = await vendors.calling(name, call.ip);
    if (vendor === undefined) throw refuse("source");
    const path = new URL(notifyUrl(id, name)).pathname;
    const told = genuine(() =>
      vendor.readCallback({ headers: call.headers, path, body: call.body }),
    );
    if (told === undefined) throw refuse("signature");
    if (!(await nonces.spend(`vendor:${name}`, told.nonce))) throw refuse("nonce reused");

    const number = Number(/-T([1-9]\d?)$/.exec(told.key)?.[1]);
    if (told.key !== vendorKey(id, number) || (await faces.read(id)) === undefined) {
      world.log("warn", "face vendor callback names another check", { traceId: call.traceId });
      throw new Problem("PARAM_INVALID", "the task is none of the check in the path");
    }
    if (told.result !== undefined)
      await advanceFaceOrRefuse(faces, id, {
        type: "vendorResult",
        at: world.now(),
        vendor: name,
        try: number,
        source: "CALLBACK",
        threshold: vendor.threshold,
        ...told.result,
      });
    return { status: 200, body: vendor.acknowledgement };
  });
}

/** Undefined for what is forged; what is genuine and unreadable stays a Problem of its own. */
function genuine<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Problem && cause.code === "SIGNATURE_INVALID") return undefined;
    throw cause;
  }
}

export const handler = lambda(build);
