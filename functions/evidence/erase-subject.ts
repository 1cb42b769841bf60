import { advance, refusalProblem } from "../advance.ts";
import { assembleContracts, assembleLinks } from "../assemble.ts";
import { advanceFace, assembleFaces } from "../faces/face-check.ts";
import type { World } from "../world.ts";

/**
 * Forgets a person or an enterprise (design 5): destroys the key under which each of its contracts and
 * face checks keeps names, numbers, handwriting and documents. Chains, seals and proofs stay whole. A contract still under
 * way is refused with its id: nobody can be forgotten in the middle of signing.
 */
export function subjectEraser(world: World) {
  const contracts = assembleContracts(world);
  const faces = assembleFaces(world);
  const { keys } = assembleLinks(world);

  return async (subject: string, operator: string): Promise<readonly string[]> => {
    const fingerprint = await keys.fingerprint(subject);
    const ids = await contracts.ofSubject(fingerprint);
    for (const id of ids) {
      // The record before the act: an entry that nothing followed tells operations to run the command again.
      const outcome = await advance(contracts, id, { type: "erase", at: world.now(), operator });
      if ("refused" in outcome)
        throw new Error(`contract ${id}: ${outcome.refused.message}`, {
          cause: refusalProblem(outcome.refused),
        });
      await contracts.destroyKey(id);
    }
    const checks = await faces.ofSubject(fingerprint);
    for (const id of checks) {
      const outcome = await advanceFace(faces, id, { type: "erase", at: world.now(), operator });
      if ("refused" in outcome)
        throw new Error(`face check ${id}: ${outcome.refused.message}`, {
          cause: refusalProblem(outcome.refused),
        });
      await faces.destroyKey(id);
    }
    return [...ids, ...checks];
  };
}
