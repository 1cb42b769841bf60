import { readFileSync } from "node:fs";
import { type Client, expected, qianyueClient } from "../../client/client.ts";
import { eventually, openMessage, type Signer } from "../../examples/signer.ts";
import type { LocalStack } from "../../lib/local/stack.ts";
import { keep, rootsOf, showWebhook } from "./proof.ts";
import { bold, green, tell } from "./telling.ts";

// biome-ignore lint/suspicious/noExplicitAny: the examples are requests of several shapes.
type Request = any;

export type Story = {
  /** Of the request under examples/, and of what is kept. */
  readonly name: string;
  readonly title: string;
  readonly dialect: string;
  /** Sends the request in the dialect's own words; answers the contract's id. */
  readonly begin: (client: Client, request: Request) => Promise<string>;
  /** Whose phones ring, one after the other. */
  readonly mobiles: (request: Request) => readonly string[];
  readonly verify: (signer: Signer, turn: number) => Promise<void>;
};

const inNativeWords = {
  dialect: "native",
  begin: async ({ native }: Client, request: Request) =>
    (await expected(native.createContract(request))).contractId,
  mobiles: (request: Request): readonly string[] => [request.userInfo.mobile],
};

async function byFace(signer: Signer): Promise<void> {
  await signer.showFace();
  tell("face shown; the verification system bought the check from our face API, and calls us back");
}

async function byDeposit(signer: Signer): Promise<void> {
  await signer.confirmDeposit();
  tell("typed the amount from the bank statement; verified");
}

export const stories: readonly Story[] = [
  {
    ...inNativeWords,
    name: "personal",
    title: "A receiver binds its relation (personal, face check)",
    verify: byFace,
  },
  {
    ...inNativeWords,
    name: "enterprise",
    title: "A headquarters opens payout (enterprise, micro-deposit)",
    async verify(signer) {
      const wrong = await signer.confirmDeposit("9.99");
      tell(`typed a wrong amount first: the page shows "${wrong.screen}" again, one try less`);
      await byDeposit(signer);
    },
  },
  {
    ...inNativeWords,
    name: "pooling",
    title:
      "A store lets its headquarters collect up to 80% of each order (enterprise, micro-deposit)",
    verify: byDeposit,
  },
];

/** `npm run demo -- --wallet`: document D's words over the same core. */
export const walletStory: Story = {
  name: "process",
  title: "The same through the wallet: a store binds its relation (document D)",
  dialect: "D",
  async begin({ wallet }, request) {
    const process = wallet.initiateProcess(request, { businessId: "B-1", waitSeconds: 10 });
    return (await expected(process)).data.processId;
  },
  mobiles: (request) => [request.payeeInfo.contactInfo.mobile],
  verify: byDeposit,
};

/** `npm run demo -- --two-signers`: two groups, one after the other. */
export const twoSignersStory: Story = {
  ...inNativeWords,
  name: "two-signers",
  title: "Two signers: a receiver first, then its headquarters",
  mobiles: (request) => request.signers.map(({ mobile }: { mobile: string }) => mobile),
  verify: (signer, turn) => (turn === 0 ? byFace(signer) : byDeposit(signer)),
};

/** From the partner's request to sealed evidence, checked, and the webhook as it arrived. */
export async function play(stack: LocalStack, story: Story, out: string): Promise<void> {
  const partner = stack.partners.find(({ dialects }) => dialects.includes(story.dialect));
  if (partner === undefined) throw new Error(`the local stack has no partner of ${story.dialect}`);
  const client = qianyueClient({ apiUrl: stack.apiUrl, ...partner });
  const { native } = client;
  console.log(`\n${bold(story.title)}`);

  const request = JSON.parse(readFileSync(`examples/${story.name}.json`, "utf8"));
  request.callbackUrl = `${stack.simulators.partner}/callback`;
  const contractId = await story.begin(client, request);
  tell(`partner's signed request accepted: contract ${contractId}`);
  for (const [turn, mobile] of story.mobiles(request).entries()) {
    const signer = await openMessage(stack.simulators, mobile);
    tell(
      turn === 0
        ? "agreement generated, its hashes in evidence; SMS with the link has arrived"
        : "now it is the next one's turn, and only now: SMS with a link of its own",
    );
    await signer.read();
    await signer.sign();
    tell("link opened, agreement read, consent given, signed by hand");
    await story.verify(signer, turn);
  }

  const contract = await eventually(`contract ${contractId} to complete`, async () => {
    const told = await expected(native.getContract(contractId));
    if (told.status === "FAILED") throw new Error(`failed: ${JSON.stringify(told.failure)}`);
    return told.status === "COMPLETED" ? told : undefined;
  });
  tell(
    green(`completed: evidence sealed, credential valid until ${contract.credentialValidUntil}`),
  );

  const { bundleUrl = "" } = await expected(native.getEvidence(contractId));
  await keep(out, story.name, await native.downloadBundle(bundleUrl), await rootsOf(stack));
  await showWebhook(stack, contractId);
}
