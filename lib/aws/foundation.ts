import type { Events } from "./events.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import type { Storage } from "./storage.ts";
import type { Tables } from "./tables.ts";

/** What every group of functions stands on. */
export type Foundation = {
  /** Folder of the bundles (bundle.ts). */
  readonly bundles: string;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly tables: Tables;
  readonly storage: Storage;
  readonly events: Events;
};
