import type { EventBridgeEvent } from "aws-lambda";
import { beforeEach, describe, expect, test } from "vitest";
import { platformKeys } from "../../functions/adapters/platform-keys.ts";
import { advance } from "../../functions/advance.ts";
import { assembleContracts, assembleTemplates } from "../../functions/assemble.ts";
import { signerOf } from "../../functions/domain/contract.ts";
import { contractStarter } from "../../functions/start/start-contract.ts";
import { build } from "../../functions/workers/record-verification.ts";
import { partner, testWorld, verificationPeer } from "../fakes/world.ts";
import {
  accepted,
  begin,
  consent,
  generate,
  invite,
  requestChallenge,
  sent,
  sign,
} from "../story.ts";

type Told = { readonly verificationId: string; readonly status?: string };

const person = { userType: "PERSONAL", name: "张三", sequence: 1 } as const;

/** A contract of two persons who have both signed; our calls for their checks are still unanswered. */
async function stage() {
  const { world } = testWorld({ now: () => begin });
  const contracts = assembleContracts(world);
  const keys = platformKeys(world, "platform");
  const start = contractStarter(world, contracts, keys, assembleTemplates(world), []);
  const { contract } = await start(
    { clientId: partner.clientId, returnUrls: [] },
    {
      requestId: "REQ-1",
      bizScene: "RELATION_BIND",
      signers: [
        { ...person, mobile: "13800138000", idCardNo: "310101199001011234" },
        { ...person, mobile: "13800138001", idCardNo: "11010519491231002X" },
      ],
    },
  );
  const happens = (command: object) =>
    advance(contracts, contract.id, { ...command, at: begin } as Parameters<typeof advance>[2]);
  await happens(generate);
  for (const signer of [1, 2]) {
    await happens({ ...invite, signer });
    await happens({ ...sent, signer, message: signer });
    for (const act of [consent, sign, requestChallenge]) await happens({ ...act, signer });
  }
  const record = build(world);
  return {
    happens,
    tell: (detail: Told, source = `verification.${verificationPeer.clientId}`) =>
      record({
        id: "event-1",
        source,
        detail: { processId: contract.id, status: "SUCCESS", ...detail },
      } as EventBridgeEvent<"VerificationCompletedEvent", unknown>),
    async verified() {
      const now = await contracts.read(contract.id);
      return now && [1, 2].filter((signer) => signerOf(now, signer).verifiedAt !== undefined);
    },
  };
}

describe("D-13: a result by event of a contract with two signers", () => {
  let contract: Awaited<ReturnType<typeof stage>>;
  beforeEach(async () => {
    contract = await stage();
  });

  test("is the second signer's when its verificationId is known as theirs", async () => {
    await contract.happens({ ...accepted, signer: 2, verificationId: "VR2" });

    await contract.tell({ verificationId: "VR2" });

    expect(await contract.verified()).toEqual([2]);
  });

  test("comes again while nobody can say whose it is, and harms nobody", async () => {
    await expect(contract.tell({ verificationId: "VR2" })).rejects.toThrow(
      "verification VR2 may be of 2 signers: try again",
    );

    expect(await contract.verified()).toEqual([]);
  });

  test("that overtakes our own call's answer is of the only one who is still being asked for", async () => {
    await contract.happens({ ...accepted, verificationId: "VR1" });

    await contract.tell({ verificationId: "VR2" });

    expect(await contract.verified()).toEqual([2]);
  });

  test("from somebody else is dropped, and not brought again", async () => {
    await contract.happens({ ...accepted, signer: 2, verificationId: "VR2" });

    await contract.tell({ verificationId: "VR2" }, "verification.nobody");

    expect(await contract.verified()).toEqual([]);
  });
});
