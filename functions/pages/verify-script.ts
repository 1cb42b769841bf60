/// <reference lib="dom" />
import type { VerifyOutcome, verifyBrowserWords } from "./verify-words.ts";

type Words = Readonly<Record<(typeof verifyBrowserWords)[number], string>>;

/** What `GET /v1/documents/{sha256}` says about a file it knows. */
type Known = {
  readonly contractId: string;
  readonly kind: "AGREEMENT" | "SIGNED_DOCUMENT";
  readonly status: string;
  readonly sealedAt: string;
  readonly root: string;
  readonly logIndex: number;
  readonly timestamped: boolean;
};

/**
 * Computes the SHA-256 of a chosen file on this device and asks whether it is known. The file itself goes
 * nowhere. Runs in the browser from its source text, therefore it uses no name from outside itself.
 */
export function runVerifyPage(): void {
  const requestTimeoutMs = 20_000;
  // A hundred times our largest contract; the digest needs the whole file in memory.
  const fileLimitBytes = 64 * 1024 * 1024;
  const page = document.body;
  const words = JSON.parse(page.dataset.words!) as Words;
  // Behind a stage or a path of somebody's domain the API begins where this page's own path does.
  const apiUrl = location.pathname.replace(/\/verify(\/[^/]*)?\/?$/, "");
  const expected = page.dataset.contract ?? "";
  const form = find<HTMLElement>("[data-form]");
  const input = find<HTMLInputElement>("input");
  const progress = find<HTMLProgressElement>("progress");
  const note = find("[data-note]");
  let checks = 0;

  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file !== undefined) void check(file);
    // The same file chosen again is a new check.
    input.value = "";
  });
  find("[data-another]").addEventListener("click", () => {
    showOnly(undefined);
    input.focus();
  });
  // Wherever on the page a file is dropped, the browser must not open it instead.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    page.dataset.over = "";
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) delete page.dataset.over;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    delete page.dataset.over;
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void check(file);
  });

  async function check(file: File): Promise<void> {
    checks += 1;
    const own = checks;
    showOnly(undefined);
    find("[data-name]").textContent = file.name;
    progress.hidden = false;
    const { outcome, known, hash } = await judge(file).catch(
      () => ({ outcome: "failed" }) as Judgement,
    );
    // A file dropped meanwhile has taken over.
    if (own !== checks) return;
    progress.hidden = true;
    note.textContent = "";
    fill(known, hash);
    showOnly(outcome);
  }

  type Judgement = {
    readonly outcome: VerifyOutcome;
    readonly known?: Known;
    readonly hash?: string;
  };

  async function judge(file: File): Promise<Judgement> {
    if (crypto.subtle === undefined) return { outcome: "oldBrowser" };
    if (file.size > fileLimitBytes) return { outcome: "tooLarge" };
    note.textContent = words.reading;
    const bytes = await read(file);
    // "PK": every zip begins so, a bundle of evidence among them.
    if (bytes[0] === 0x50 && bytes[1] === 0x4b) return { outcome: "bundle" };
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    note.textContent = words.asking;
    progress.removeAttribute("value");
    const reply = await fetch(`${apiUrl}/v1/documents/${hash}`, {
      headers: { accept: "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    if (reply.status === 404) return { outcome: "unknown", hash };
    if (reply.status !== 200) return { outcome: "failed" };
    const known = (await reply.json()) as Known;
    return { outcome: meaning(known), known, hash };
  }

  function meaning(known: Known): VerifyOutcome {
    if (expected !== "" && known.contractId !== expected) return "other";
    if (known.kind === "SIGNED_DOCUMENT") return "signed";
    return known.status === "COMPLETED" ? "agreement" : "unsigned";
  }

  /** In pieces, so that a large file shows how far it is. */
  async function read(file: File): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(file.size);
    progress.max = Math.max(1, file.size);
    let at = 0;
    for (const reader = file.stream().getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return bytes;
      bytes.set(value, at);
      at += value.length;
      progress.value = at;
    }
  }

  function fill(known: Known | undefined, hash: string | undefined): void {
    find("[data-facts]").hidden = hash === undefined;
    for (const one of document.querySelectorAll<HTMLElement>("[data-known]"))
      one.hidden = known === undefined;
    say("fingerprint", hash ?? "");
    if (known === undefined) return;
    const time = new Intl.DateTimeFormat(document.documentElement.lang, {
      dateStyle: "long",
      timeStyle: "long",
    });
    say("contract", known.contractId);
    say("sealedAt", time.format(new Date(known.sealedAt)));
    say("timestamp", known.timestamped ? words.stamped : words.notStamped);
    say(
      "logIndex",
      words.entry.replace("{index}", () => String(known.logIndex)),
    );
    say("root", known.root);
  }

  function say(name: string, text: string): void {
    find(`[data-value=${name}]`).textContent = text;
  }

  function showOnly(outcome: VerifyOutcome | undefined): void {
    form.hidden = outcome !== undefined;
    find("[data-result]").hidden = outcome === undefined;
    for (const one of document.querySelectorAll<HTMLElement>("[data-outcome]"))
      one.hidden = one.dataset.outcome !== outcome;
    if (outcome !== undefined) find(`[data-outcome=${outcome}] h2`).focus();
  }

  function find<E extends HTMLElement = HTMLElement>(selector: string): E {
    return document.querySelector<E>(selector)!;
  }
}
