import { createHash } from "node:crypto";
import * as z from "zod";
import {
  authenticated,
  invalid,
  parsedBody,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "./control.ts";
import type { Journal } from "./journal.ts";
import { html, languageOf, type Markup, showPage, time } from "./page.ts";
import type { Credential } from "./request-signature.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/** A text message as it lies in the inbox of a phone. */
export type Message = z.infer<typeof messageSchema> & {
  readonly providerMessageId: string;
  readonly clientId: string;
  readonly idempotencyKey: string;
  readonly receivedAt: string;
  readonly links: readonly string[];
};

/** Ten parts of a long message; carriers accept no more. */
const longestText = 670;

const messageSchema = z.strictObject({
  messageId: z.string().min(1).max(128),
  to: z.string().regex(/^\+?\d{6,15}$/, "must be a phone number: 6 to 15 digits"),
  text: z.string().min(1).max(longestText),
  templateId: z.string().min(1).max(64),
});

/**
 * An SMS gateway whose messages land in an inbox that anybody can read: at `/` as a page, in
 * `GET /_control/state` as `{inbox: {phone: Message[]}}`, oldest first, `?phone=` for one phone alone.
 */
export function smsSimulator(
  options: SimulatorOptions & { readonly clients: readonly Credential[] },
): Promise<Simulator> {
  const { clock, clients } = options;
  return startSimulator("sms", options, (journal) => ({
    handle(request) {
      if (request.method !== "POST" || request.path !== "/v1/messages") {
        return json(404, {
          code: "NOT_FOUND",
          message: `${request.method} ${request.path}: the gateway knows POST /v1/messages only`,
        });
      }
      const caller = authenticated(request, clients, journal, clock.now());
      if ("refusal" in caller) return caller.refusal;
      return accept(request, caller.clientId, journal, new Date(clock.now()).toISOString());
    },
    home: (request) => inboxPage(request, journal),
    state: (request) => ({
      inbox: Object.groupBy(messagesFor(request, journal), (message) => message.to),
    }),
  }));
}

function accept(
  request: WireRequest,
  clientId: string,
  journal: Journal,
  receivedAt: string,
): WireAnswer {
  const idempotencyKey = request.headers["idempotency-key"];
  if (!idempotencyKey) return invalid([["Idempotency-Key", "is missing"]]);
  const body = parsedBody(messageSchema, request.body);
  if ("refusal" in body) return body.refusal;
  const key = `${clientId} ${idempotencyKey}`;
  const earlier = journal.read<Message>("message", key);
  if (earlier && (earlier.text !== body.value.text || earlier.to !== body.value.to)) {
    return json(409, {
      code: "IDEMPOTENCY_CONFLICT",
      message: `Idempotency-Key ${idempotencyKey} already sent another text or to another phone`,
    });
  }
  // The provider's id follows from the key, so that the same key gets the same answer for ever.
  const digest = createHash("sha256").update(key).digest("hex");
  const providerMessageId = `SM${digest.slice(0, 20).toUpperCase()}`;
  if (!earlier) {
    const links = body.value.text.match(linkForm) ?? [];
    const message = { ...body.value, providerMessageId, clientId, idempotencyKey, receivedAt };
    journal.write("message", key, { ...message, links } satisfies Message);
  }
  return json(202, { providerMessageId, provider: "simulator" });
}

/** Only web addresses become links, and Chinese punctuation ends them. */
const linkForm = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+[\w/=-]/g;

function messagesFor(request: WireRequest, journal: Journal): Message[] {
  const phone = new URLSearchParams(request.search).get("phone");
  const messages = journal.list<Message>("message");
  return phone === null ? messages : messages.filter((message) => message.to === phone);
}

function inboxPage(request: WireRequest, journal: Journal): WireAnswer {
  const language = languageOf(request);
  const newestFirst = messagesFor(request, journal).reverse();
  const bubbles = newestFirst.map(
    (message) => html`<article class="card bubble">
<div class="row"><strong>${message.to}</strong>${time(message.receivedAt, language)}</div>
<p>${withLinks(message.text)}</p>
</article>`,
  );
  return showPage({
    request,
    language,
    live: true,
    ...texts[language],
    main:
      bubbles.length > 0 ? html`${bubbles}` : html`<p class="quiet">${texts[language].none}</p>`,
  });
}

function withLinks(text: string): Markup {
  const links = text.match(linkForm) ?? [];
  const between = text.split(linkForm);
  return html`${between.map((part, at) => {
    const link = links[at];
    return link === undefined ? html`${part}` : html`${part}<a href="${link}">${link}</a>`;
  })}`;
}

const texts = {
  zh: {
    title: "短信收件箱",
    lead: "这里代替签署人的手机：平台发出的短信都会出现在此，点开链接即可扮演签署人。",
    none: "还没有短信。发起一份合同后，邀请短信会自动出现。",
  },
  en: {
    title: "Text messages",
    lead: "This stands in for the signers' phones. Every message the platform sends lands here; open a link to play the signer.",
    none: "No messages yet. Create a contract and its invitation will appear by itself.",
  },
};
