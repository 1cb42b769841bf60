import canonicalize from "canonicalize";
import { authorizationRows, type Row } from "../adapters/authorization-rows.ts";
import { authorizationItem } from "../adapters/authorizations.ts";
import { assembleContracts } from "../assemble.ts";
import { authorizationOf } from "../domain/authorization.ts";
import { replay } from "../domain/contract.ts";
import { readEnvironment } from "../environment.ts";
import type { World } from "../world.ts";

/** Where the stored relations and the chains part. */
type RelationFault = {
  readonly contractId: string;
  readonly fault: "MISSING" | "DIFFERENT" | "UNFOUNDED";
  /** The row now is as the chain tells it. False also when it changed meanwhile: check again. */
  readonly repaired: boolean;
};

/**
 * Rebuilds every relation from the chain of its contract and compares it with the row that orders are judged
 * by (K42). The chains are right: `repair` writes what they tell and takes away what they do not.
 */
export function relationChecker(world: World) {
  const { CONTRACT_FLOW_TABLE: table } = readEnvironment(world, "CONTRACT_FLOW_TABLE");
  const contracts = assembleContracts(world);
  const rows = authorizationRows(world, table);

  return async ({ repair }: { readonly repair: boolean }) => {
    const faults: RelationFault[] = [];
    let relations = 0;
    for await (const stored of rows.all()) {
      relations += 1;
      const contractId = String(stored.contract_id);
      const told = await toldBy(contractId);
      if (told === undefined || !sameKey(stored, told)) {
        const repaired = repair && (await rows.remove(stored));
        faults.push({ contractId, fault: "UNFOUNDED", repaired });
      } else if (!same(stored, told) && !same(await rows.read(told), told)) {
        const repaired = repair && (await rows.put(told, stored));
        faults.push({ contractId, fault: "DIFFERENT", repaired });
      }
    }
    for await (const contractId of rows.completed()) {
      const told = await toldBy(contractId);
      if (told === undefined || (await rows.read(told)) !== undefined) continue;
      const repaired = repair && (await rows.put(told, undefined));
      faults.push({ contractId, fault: "MISSING", repaired });
    }
    return { relations, faults };
  };

  /** The row that a chain tells of, read after the stored one: whatever that says has happened, this knows. */
  async function toldBy(contractId: string): Promise<Row | undefined> {
    const entries = (await contracts.history(contractId)).map(({ entry }) => entry);
    const authorization = entries.length > 0 ? authorizationOf(replay(entries)) : undefined;
    return authorization && authorizationItem(authorization);
  }
}

const sameKey = (a: Row, b: Row): boolean => a.pk === b.pk && a.sk === b.sk;

const same = (a: Row | undefined, b: Row): boolean => canonicalize(a) === canonicalize(b);
