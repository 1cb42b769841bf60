import type { World } from "../world.ts";
import type { PlatformKeys } from "./platform-keys.ts";
import { sameSignature } from "./request-signature.ts";

/** Long enough to click, too short to pass on. */
const linkSeconds = 300;

/** Short-lived links to a contract's bundle, for whoever the partner hands them to. */
export function bundleLinks(world: World, keys: PlatformKeys, baseUrl: string) {
  const sign = (contractId: string, until: string): Promise<string> =>
    keys.fingerprint(`bundle-link\n${contractId}\n${until}`);
  return {
    async make(contractId: string): Promise<string> {
      const until = String(Math.floor(Date.parse(world.now()) / 1000) + linkSeconds);
      const signature = await sign(contractId, until);
      return `${baseUrl}/v1/contracts/${contractId}/evidence/bundle?until=${until}&signature=${signature}`;
    },
    async holds(contractId: string, until: string, signature: string): Promise<boolean> {
      const genuine = sameSignature(await sign(contractId, until), signature);
      return genuine && Date.parse(world.now()) / 1000 < Number(until);
    },
  };
}
