import type { Details } from "../adapters/contract-items.ts";
import { Conflict, type ContractStore } from "../adapters/contract-store.ts";
import type { DataKey } from "../adapters/data-key.ts";
import { advance } from "../advance.ts";
import { loggedCodes } from "../dialects/agreement.ts";
import type { Contract } from "../domain/contract.ts";
import { decide } from "../domain/decide.ts";
import type { Disclosure, Entry, Facts } from "../domain/evidence.ts";
import { WorkflowFailure } from "../workflow-failure.ts";
import type { World } from "../world.ts";

/** The chain of one version of a contract, with what stands behind it. */
export type OpenChain = {
  readonly contract: Contract;
  readonly entries: readonly Entry[];
  readonly disclosures: Readonly<Record<number, readonly Disclosure[]>>;
  readonly dataKey: DataKey;
};

/** What is made while a contract is sealed; when and in which order is decided here. */
export type SealMakers = {
  readonly signDocument: (
    chain: OpenChain,
    details: Details,
  ) => Promise<{ readonly mandate: string; readonly facts: Facts }>;
  readonly sealBundle: (chain: OpenChain, at: string) => Promise<SealedBundle>;
  readonly issueCredential: (contract: Contract, entries: readonly Entry[]) => Promise<string>;
};

export type SealedBundle = {
  readonly facts: {
    readonly root: string;
    readonly treeSize: number;
    readonly bundleKey: string;
    readonly logIndex: number;
    readonly timestamped: boolean;
  };
  /** Records that become true with the seal: archives, and the documents' hashes. */
  readonly items: readonly Readonly<Record<string, unknown>>[];
};

/** Concludes a contract and seals it, from whatever point an earlier run had reached. */
export function contractSealer(world: World, contracts: ContractStore, make: SealMakers) {
  return async (input: { readonly contractId: string; readonly cause?: string }): Promise<void> => {
    const { contractId, cause = "" } = input;
    const conclusion = { type: "conclude", at: world.now(), cause } as const;
    const concluded = await advance(contracts, contractId, conclusion);
    if ("refused" in concluded)
      throw new WorkflowFailure("Contract.NotYet", `${concluded.refused.message} (${cause})`);
    if (concluded.contract.sealed) return;

    const contract = await signed(concluded.contract);
    const chain = await openChain(contract);
    const at = world.now();
    const { facts, items } = await make.sealBundle(chain, at);
    const completes = contract.state.status === "SEALING";
    const credential = completes ? await make.issueCredential(contract, chain.entries) : "";
    const decision = decide(contract, { type: "seal", at, ...facts, credential });
    if ("refused" in decision)
      throw new WorkflowFailure("Contract.NotYet", decision.refused.message);
    if (completes && !facts.timestamped)
      world.log("error", "archive failed", { contractId, code: loggedCodes.ARCHIVE_FAILED });
    await contracts.commit(contract, decision.drafts, { items });
  };

  /** The signatures are in the chain before its root is taken, so the seal covers them. */
  async function signed(contract: Contract): Promise<Contract> {
    if (contract.state.status !== "SEALING" || contract.agreement?.signed) return contract;
    const chain = await openChain(contract);
    const { details } = await contracts.readDetails(contract.id);
    const signing = await make.signDocument(chain, details);
    const command = { type: "signDocument", at: world.now(), ...signing } as const;
    return (await advance(contracts, contract.id, command)).contract;
  }

  /** The chain that belongs to this very version: the seal must cover what its write extends. */
  async function openChain(contract: Contract): Promise<OpenChain> {
    const rows = await contracts.history(contract.id);
    if (rows.length !== contract.length)
      throw new Conflict(`contract ${contract.id} grew while it was being sealed`);
    const dataKey = await contracts.readKey(contract.id);
    const entries = rows.map((row) => row.entry);
    return {
      contract,
      entries,
      dataKey,
      disclosures: contracts.disclose(contract.id, rows, dataKey),
    };
  }
}
