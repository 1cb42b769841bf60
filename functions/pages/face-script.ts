/// <reference lib="dom" />
import type { faceBrowserWords } from "./face-words.ts";

type Words = Readonly<Record<(typeof faceBrowserWords)[number], string>>;

/**
 * Hands the person over to the vendor, and shows the result once it is known: the server decides every screen.
 * Runs in the browser from its source text, therefore it uses no name from outside itself.
 */
export function runFacePage(): void {
  const requestTimeoutMs = 20_000;
  const pollEveryMs = 2000;
  // Five minutes: by then the person has put the phone away, and the link stays good.
  const maxPolls = 150;
  const page = document.body;
  const words = JSON.parse(page.dataset.words!) as Words;
  const ownUrl = location.pathname.replace(/\/$/, "");
  let sending = false;

  const form = document.querySelector<HTMLFormElement>("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void begin(form);
  });
  if (page.dataset.waiting !== undefined) void poll();
  // Back from the vendor by the browser's own button, the page may have been kept as it was.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  async function begin(from: HTMLFormElement): Promise<void> {
    const box = from.querySelector<HTMLInputElement>("input");
    if (sending) return;
    if (box !== null && !box.checked) {
      say(words.consentMissing, "problem");
      return box.focus();
    }
    sending = true;
    from.setAttribute("aria-busy", "true");
    say(words.beginning, "plain");
    try {
      const answer = await fetch(`${ownUrl}/start`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ consent: true }),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      const { handOffUrl } = (await answer.json()) as { readonly handOffUrl?: string };
      if (handOffUrl !== undefined && /^https?:\/\//i.test(handOffUrl))
        return location.assign(handOffUrl);
      if (answer.status < 500) return location.reload();
      say(words.unavailable, "problem");
    } catch {
      say(words.offline, "problem");
    }
    sending = false;
    from.removeAttribute("aria-busy");
  }

  async function poll(): Promise<void> {
    for (let polls = 0; polls < maxPolls; polls += 1) {
      await new Promise((next) => setTimeout(next, pollEveryMs));
      if (document.visibilityState !== "visible") continue;
      const signal = AbortSignal.timeout(requestTimeoutMs);
      const answer = await fetch(location.href, { signal }).catch(() => undefined);
      if (answer === undefined) continue;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (fresh.body.dataset.screen !== page.dataset.screen) return location.reload();
    }
  }

  function say(text: string, kind: "plain" | "problem"): void {
    const note = document.querySelector<HTMLElement>(".note[role=status]");
    if (note === null) return;
    note.textContent = text;
    note.dataset.note = kind;
  }
}
