import { type Simulator, type SimulatorOptions, startSimulator } from "./control.ts";
import type { Journal } from "./journal.ts";
import { html, type Language, languageOf, showPage, time } from "./page.ts";
import { webhookFault } from "./webhook-signature.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/** One delivery as the partner saw it. A repeat of the same webhook-id is a delivery of its own. */
export type ReceivedEvent = {
  readonly webhookId: string;
  readonly signatureValid: boolean;
  /** Why not, in words; absent on a valid one. */
  readonly reason?: string;
  /** 1 for the first delivery of this webhook-id. */
  readonly delivery: number;
  readonly path: string;
  readonly receivedAt: string;
  /** The parsed body, or its text if it is not JSON. */
  readonly event: unknown;
};

/**
 * A partner's receiver of callbacks: any path, signatures checked as Standard Webhooks describes
 * (https://www.standardwebhooks.com, symmetric `v1`). `GET /_control/state` gives `{events: ReceivedEvent[]}`, oldest first.
 */
export function partnerSimulator(
  options: SimulatorOptions & { readonly webhookSecrets: readonly string[] },
): Promise<Simulator> {
  const { clock, webhookSecrets } = options;
  return startSimulator("partner", options, (journal) => ({
    handle(request) {
      if (request.method !== "POST") {
        return json(405, { code: "METHOD_NOT_ALLOWED", message: "callbacks come by POST" });
      }
      return receive(request, webhookSecrets, journal, clock.now());
    },
    home: (request) => eventsPage(request, journal),
    state: () => ({ events: journal.list<ReceivedEvent>("event") }),
  }));
}

function receive(
  request: WireRequest,
  secrets: readonly string[],
  journal: Journal,
  nowMs: number,
): WireAnswer {
  const webhookId = request.headers["webhook-id"] ?? "";
  const reason = webhookFault(request, secrets, nowMs);
  const delivery = (journal.read<number>("delivery-count", webhookId) ?? 0) + 1;
  const received: ReceivedEvent = {
    webhookId,
    signatureValid: reason === undefined,
    ...(reason !== undefined && { reason }),
    delivery,
    path: request.path,
    receivedAt: new Date(nowMs).toISOString(),
    event: jsonOrText(request.body),
  };
  journal.atomically(() => {
    journal.write("delivery-count", webhookId, delivery);
    journal.write("event", `${webhookId} ${delivery}`, received);
  });
  if (reason !== undefined) return json(401, { code: "SIGNATURE_INVALID", message: reason });
  return json(200, { received: true });
}

function jsonOrText(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}

function eventsPage(request: WireRequest, journal: Journal): WireAnswer {
  const language = languageOf(request);
  const words = texts[language];
  const cards = journal
    .list<ReceivedEvent>("event")
    .reverse()
    .map((received) => eventCard(received, language));
  return showPage({
    request,
    language,
    live: true,
    title: words.title,
    lead: words.lead,
    main: cards.length > 0 ? html`${cards}` : html`<p class="quiet">${words.none}</p>`,
  });
}

function eventCard(received: ReceivedEvent, language: Language) {
  const words = texts[language];
  const { type, data } = Object(received.event) as { type?: unknown; data?: unknown };
  const { contractId, status } = Object(data) as { contractId?: unknown; status?: unknown };
  return html`<article class="card">
<div class="row"><strong>${String(type ?? words.unknown)}</strong>${time(received.receivedAt, language)}</div>
<p class="${received.signatureValid ? "good" : "bad"}">${
    received.signatureValid ? words.valid : `${words.invalid} ${received.reason}`
  }</p>
<dl>
<dt>${words.contract}</dt><dd>${String(contractId ?? "–")}</dd>
<dt>${words.status}</dt><dd>${String(status ?? "–")}</dd>
<dt>webhook-id</dt><dd>${received.webhookId || "–"}</dd>
<dt>${words.delivery}</dt><dd>${received.delivery}</dd>
</dl>
<details><summary>${words.body}</summary><pre tabindex="0">${JSON.stringify(received.event, null, 2)}</pre></details>
</article>`;
}

const texts = {
  zh: {
    title: "合作方回调",
    lead: "这里代替合作方的系统：平台送来的每一次回调，以及签名是否可信。",
    none: "还没有收到回调。合同有了结果后会自动出现。",
    valid: "签名有效",
    invalid: "签名无效：",
    unknown: "未知事件",
    contract: "合同",
    status: "状态",
    delivery: "第几次送达",
    body: "完整内容",
  },
  en: {
    title: "Partner callbacks",
    lead: "This stands in for the partner's system: every callback the platform delivered, and whether its signature holds.",
    none: "No callbacks yet. They appear by themselves once a contract has a result.",
    valid: "Signature valid",
    invalid: "Signature invalid:",
    unknown: "Unknown event",
    contract: "Contract",
    status: "Status",
    delivery: "Delivery",
    body: "Full body",
  },
};
