import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalClock } from "./clock.ts";
import { type Listening, type LocalService, listen } from "./service.ts";
import { clearingSimulator } from "./simulators/clearing.ts";
import { faceSimulator } from "./simulators/face.ts";
import { partnerSimulator } from "./simulators/partner.ts";
import { smsSimulator } from "./simulators/sms.ts";
import { type TimestampSimulator, timestampSimulator } from "./simulators/timestamp.ts";
import { verificationSimulator } from "./simulators/verification.ts";
import { type Credentials, verifierClientId, writeWhole } from "./template/credentials.ts";

/** Everything of the stack that listens where people, partners or stored links may point; a new door comes last. */
const doorNames = [
  "api",
  "console",
  "aws",
  "sms",
  "verification",
  "partner",
  "timestamp",
  "clearing",
  "face",
] as const;
type DoorName = (typeof doorNames)[number];

/** A door that is open before what stands behind it is ready, and until it is gone: callers wait. */
type HeldDoor = Listening & {
  serve(handle: LocalService["handle"]): void;
  /** Lets nobody in any more: who still calls waits until the door closes. */
  hold(): void;
};

export type Doors = Readonly<Record<"api" | "console" | "aws", HeldDoor>> &
  Readonly<Record<"sms" | "verification" | "partner" | "clearing" | "face", Listening>> & {
    readonly timestamp: TimestampSimulator;
  };

/**
 * Opens all doors first, because the template is resolved with their addresses. Ports count up from
 * `firstPort` when it is given; else they are those of last time, so that links in stored messages
 * and call-backs survive a restart; else any free ones.
 */
export async function openDoors(options: {
  readonly directory: string;
  readonly firstPort: number;
  readonly clock: LocalClock;
  readonly credentials: Credentials;
  readonly own: <Opened extends Listening>(opened: Opened) => Opened;
}): Promise<Doors> {
  const { directory, clock, credentials, own } = options;
  const open = portKeeper(join(directory, "ports.json"), options.firstPort);
  const held = async (name: DoorName) => own(await open(name, holdDoor));
  const at = (name: DoorName, port: number) => ({
    directory: join(directory, "simulators", name),
    clock,
    port,
  });
  const clients = (peer: Credentials["smsGateway"]) => [peer];
  const api = await held("api");
  const verifier = credentials.partners.find(({ clientId }) => clientId === verifierClientId);
  return {
    api,
    console: await held("console"),
    aws: await held("aws"),
    sms: own(
      await open("sms", (port) =>
        smsSimulator({ ...at("sms", port), clients: clients(credentials.smsGateway) }),
      ),
    ),
    verification: own(
      await open("verification", (port) =>
        verificationSimulator({
          ...at("verification", port),
          clients: clients(credentials.verificationSystem),
          faces: verifier && { ...verifier, apiUrl: api.url },
        }),
      ),
    ),
    partner: own(
      await open("partner", (port) =>
        partnerSimulator({
          ...at("partner", port),
          webhookSecrets: credentials.partners.map(({ webhookSecret }) => webhookSecret),
        }),
      ),
    ),
    timestamp: own(await open("timestamp", (port) => timestampSimulator(at("timestamp", port)))),
    clearing: own(
      await open("clearing", (port) =>
        clearingSimulator({ ...at("clearing", port), clients: clients(credentials.clearing) }),
      ),
    ),
    face: own(
      await open("face", (port) =>
        faceSimulator({ ...at("face", port), vendors: credentials.faceVendors }),
      ),
    ),
  };
}

async function holdDoor(port: number): Promise<HeldDoor> {
  let ready = Promise.withResolvers<LocalService["handle"]>();
  const listening = await listen(async (request) => (await ready.promise)(request), port);
  return {
    ...listening,
    serve: (handle) => ready.resolve(handle),
    hold() {
      ready = Promise.withResolvers();
    },
  };
}

function portKeeper(file: string, firstPort: number) {
  const known: Partial<Record<DoorName, number>> = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : {};
  return async <Opened extends Listening>(
    name: DoorName,
    open: (port: number) => Promise<Opened>,
  ): Promise<Opened> => {
    if (firstPort > 0) return open(firstPort + doorNames.indexOf(name));
    const opened = await open(known[name] ?? 0).catch((error: Error) => {
      // Somebody else has taken last time's port: stored links break, the stack need not.
      if (known[name] === undefined || !/taken|EADDRINUSE/.test(error.message)) throw error;
      return open(0);
    });
    if (known[name] !== opened.port) {
      known[name] = opened.port;
      writeWhole(file, known);
    }
    return opened;
  };
}
