import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { LocalClock } from "../clock.ts";
import {
  invalid,
  parsedBody,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "./control.ts";
import { checkPage, tasksPage } from "./face-pages.ts";
import {
  type Ask,
  type FaceVendor,
  type Outcome,
  outcomes,
  type Told,
  wires,
} from "./face-wires.ts";
import type { Journal } from "./journal.ts";
import { callbackOutbox, type Outbox, type Seal } from "./verification-callbacks.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/** A face to be shown, or shown: one for each key at each vendor. */
export type FaceTask = Told & {
  readonly vendor: string;
  readonly asked: Extract<Ask, { readonly kind: "open" }>;
  readonly createdAt: string;
  /** Whoever knows the hand-off link may decide. */
  readonly token: string;
};

/** Above and below the usual threshold of 0.80; a poor picture has none. */
const scores = {
  PASS: 0.9712,
  FACE_MISMATCH: 0.4105,
  ID_CARD_MISMATCH: undefined,
  POOR_QUALITY: undefined,
};

/**
 * Several face vendors behind one door, each below its name: `/vendor-a/…`, `/vendor-b/…`; the person's page is at
 * `/check/{token}`. `GET /_control/state` gives `{tasks, callbacks}`, oldest first.
 * `POST /_control/tasks/{transactionNo}/decide {"outcome","score"?}` decides one, `…/callback` sends its result again.
 */
export function faceSimulator(
  options: SimulatorOptions & { readonly vendors: readonly FaceVendor[] },
): Promise<Simulator> {
  const { clock, vendors } = options;
  return startSimulator("face", options, (journal, ownUrl) => {
    const outbox = callbackOutbox(journal, clock, sealWith(journal, vendors));
    const system = { journal, clock, vendors, outbox, ownUrl };
    outbox.resume();
    return {
      handle(request) {
        const [, first = "", second = ""] = request.path.split("/");
        if (first === "check") return answerPerson(request, second, system);
        const vendor = vendors.find(({ name }) => name === first);
        return vendor === undefined ? notFound(request) : answerClient(request, vendor, system);
      },
      home: (request) => tasksPage(request, tasksOf(journal).reverse(), ownUrl()),
      state: () => ({ tasks: tasksOf(journal), callbacks: outbox.list() }),
      control: (request) => control(request, system),
      sendsCallbacks: true,
      stopTimers: () => outbox.stop(),
    };
  });
}

type System = {
  readonly journal: Journal;
  readonly clock: LocalClock;
  readonly vendors: readonly FaceVendor[];
  readonly outbox: Outbox;
  readonly ownUrl: () => string;
};

const tasksOf = (journal: Journal) => journal.list<FaceTask>("task");

function answerClient(request: WireRequest, vendor: FaceVendor, system: System): WireAnswer {
  const { journal, clock, ownUrl } = system;
  const wire = wires[vendor.protocol];
  const ask = wire.read(vendor, request, clock.now());
  if ("refusal" in ask) return ask.refusal;
  const id = `${vendor.name} ${ask.key}`;
  const known = journal.read<FaceTask>("task", journal.read<string>("key", id) ?? "");
  if (ask.kind === "query") return wire.found(known);
  const task = known ?? {
    key: ask.key,
    vendor: vendor.name,
    transactionNo: `${vendor.protocol.toUpperCase()}${randomBytes(8).toString("hex").toUpperCase()}`,
    outcome: undefined,
    score: undefined,
    asked: ask,
    createdAt: new Date(clock.now()).toISOString(),
    token: randomBytes(24).toString("base64url"),
  };
  if (known === undefined) {
    journal.atomically(() => {
      journal.write("task", task.transactionNo, task);
      journal.write("key", id, task.transactionNo);
    });
  }
  const goOn = { url: `${ownUrl()}/check/${task.token}`, sdk: ask.mode === "SDK" };
  return wire.opened(vendor, task, goOn);
}

/** The person's browser at the hand-off link: looking changes nothing, choosing decides and leads back. */
function answerPerson(request: WireRequest, token: string, system: System): WireAnswer {
  const task = tasksOf(system.journal).find((one) => one.token === token);
  if (task === undefined) return notFound(request);
  if (request.method !== "POST") return checkPage(request, task);
  const choice = new URLSearchParams(request.body.toString()).get("choice") ?? "";
  if (!(outcomes as readonly string[]).includes(choice))
    return invalid([["choice", `must be one of ${outcomes.join(", ")}`]]);
  settle(task, choice as Outcome, undefined, system);
  return { status: 303, headers: { location: task.asked.returnUrl } };
}

/** A final outcome never changes: deciding again keeps what was decided. */
function settle(
  task: FaceTask,
  outcome: Outcome,
  score: number | undefined,
  system: System,
): FaceTask {
  if (task.outcome !== undefined) return task;
  const decided = { ...task, outcome, score: score ?? scores[outcome] };
  system.journal.atomically(() => {
    system.journal.write("task", task.transactionNo, decided);
    announce(decided, system);
  });
  return decided;
}

function announce(task: FaceTask, { outbox }: System): void {
  const { vendor, transactionNo, asked } = task;
  outbox.add({
    url: asked.notifyUrl,
    clientId: vendor,
    contractId: asked.key.replace(/-T\d+$/, ""),
    body: transactionNo,
  });
}

/** The body on disk names the task; the wire's own form is signed anew at every attempt. */
function sealWith(journal: Journal, vendors: readonly FaceVendor[]): Seal {
  return ({ url, clientId, contractId, body }, fault, nowMs) => {
    const vendor = vendors.find(({ name }) => name === clientId);
    const task = journal.read<FaceTask>("task", body);
    if (vendor === undefined || task === undefined) return `no task ${body} of ${clientId}`;
    const secret = fault?.forgeSignature ? randomBytes(32).toString("hex") : vendor.secret;
    const other = fault?.otherContract;
    const target = new URL(other === undefined ? url : url.replace(contractId, other));
    const { headers, body: text } = wires[vendor.protocol].callback(
      { ...vendor, secret },
      task,
      target.pathname,
      nowMs,
    );
    return { url: target, headers, body: text };
  };
}

const decisionSchema = z.strictObject({
  outcome: z.enum(outcomes),
  score: z.number().min(0).max(1).optional(),
});

function control(request: WireRequest, system: System): WireAnswer | undefined {
  const [collection, id = "", action = ""] = request.path.split("/").slice(2);
  if (request.method !== "POST" || collection !== "tasks") return undefined;
  const task = system.journal.read<FaceTask>("task", id);
  if (task === undefined) return notFound(request);
  if (action === "callback" && task.outcome !== undefined) {
    announce(task, system);
    return json(202, { transactionNo: id });
  }
  if (action !== "decide") return undefined;
  const decision = parsedBody(decisionSchema, request.body);
  if ("refusal" in decision) return decision.refusal;
  const { outcome, score } = decision.value;
  return json(200, settle(task, outcome, score, system));
}

function notFound({ method, path }: WireRequest): WireAnswer {
  return json(404, {
    code: "NOT_FOUND",
    message: `${method} ${path}: nothing here answers to that`,
  });
}
