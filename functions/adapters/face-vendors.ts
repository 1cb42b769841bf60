import * as z from "zod";
import { faceFigures } from "../domain/face-verification.ts";
import type { World } from "../world.ts";
import { type FaceVendor, isFrom, type VendorSettings, vendorSettings } from "./face-vendor.ts";
import { faceVendorA } from "./face-vendor-a.ts";
import { faceVendorB } from "./face-vendor-b.ts";
import { secret } from "./secrets.ts";

const schema = z.strictObject({ vendors: z.array(vendorSettings).max(8) });

const protocols = { a: faceVendorA, b: faceVendorB } as const satisfies Record<
  VendorSettings["protocol"],
  (world: World, settings: VendorSettings, threshold: number) => FaceVendor
>;

/**
 * The vendors in the order operations keep them in (C-76): moving one up, or suspending one, takes effect
 * within five minutes and without a deployment. Their keys lie in the same secret.
 */
export function faceVendors(world: World, secretId: string) {
  const read = secret(world, secretId, (text) => {
    const { vendors } = schema.parse(JSON.parse(text));
    return vendors.map((settings) => {
      const threshold = settings.threshold ?? faceFigures.scoreThreshold;
      return { settings, vendor: protocols[settings.protocol](world, settings, threshold) };
    });
  });
  return {
    /** Those in service, best first. */
    async inService(): Promise<readonly FaceVendor[]> {
      return (await read())
        .filter(({ settings }) => !settings.suspended)
        .map(({ vendor }) => vendor);
    },

    /** The one of that name, in service or not: what it was once asked it may still answer. */
    async named(name: string): Promise<FaceVendor | undefined> {
      return (await read()).find(({ vendor }) => vendor.name === name)?.vendor;
    },

    /** The same for a callback: undefined also when `address` is none that this vendor calls from (C-59). */
    async calling(name: string, address: string): Promise<FaceVendor | undefined> {
      const found = (await read()).find(({ vendor }) => vendor.name === name);
      return found && isFrom(found.settings.sources, address) ? found.vendor : undefined;
    },
  };
}

export type FaceVendors = ReturnType<typeof faceVendors>;
