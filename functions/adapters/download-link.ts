import type { World } from "../world.ts";
import type { PlatformKeys } from "./platform-keys.ts";
import { sameSignature } from "./request-signature.ts";

/** Long enough to click, too short to pass on. */
const linkSeconds = 300;

/** What of a contract can be fetched by a link alone. */
const paths = { bundle: "evidence/bundle", agreement: "agreement" } as const;

/** Short-lived links to one file of a contract, for whoever the partner hands them to. */
export function downloadLinks(
  world: World,
  keys: PlatformKeys,
  baseUrl: string,
  what: keyof typeof paths,
) {
  const sign = (contractId: string, until: string): Promise<string> =>
    keys.fingerprint(`${what}-link\n${contractId}\n${until}`);
  return {
    async make(contractId: string): Promise<string> {
      const until = String(Math.floor(Date.parse(world.now()) / 1000) + linkSeconds);
      const signature = await sign(contractId, until);
      return `${baseUrl}/v1/contracts/${contractId}/${paths[what]}?until=${until}&signature=${signature}`;
    },
    async holds(contractId: string, until: string, signature: string): Promise<boolean> {
      const genuine = sameSignature(await sign(contractId, until), signature);
      return genuine && Date.parse(world.now()) / 1000 < Number(until);
    },
  };
}
