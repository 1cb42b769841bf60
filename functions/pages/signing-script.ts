/// <reference lib="dom" />
import type { signaturePad, simplifyStrokes } from "./signature-pad.ts";
import type { browserWords } from "./signing-words.ts";

type Words = Readonly<Record<(typeof browserWords)[number], string>>;

/** Status 0 means that no answer came back. */
type Reply = {
  readonly status: number;
  readonly screen?: string;
  readonly message?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
};

/**
 * Brings the page to life. The server decides every screen (B-39): after each accepted action
 * the page loads itself again, and nothing entered is thrown away before that.
 * Runs in the browser from its source text, therefore it uses no name from outside itself.
 */
export function runSigningPage(
  makePad: typeof signaturePad,
  simplify: typeof simplifyStrokes,
): void {
  const requestTimeoutMs = 20_000;
  // Most waiting is over within a second or two; a page that waits longer asks less often.
  const firstPollMs = 500;
  const pollEveryMs = 2000;
  // Five minutes: by then the person has put the phone away, and the link stays good.
  const maxPolls = 150;
  const smallestText = 0;
  const largestText = 3;
  const page = document.body;
  const screen = page.dataset.screen!;
  const words = JSON.parse(page.dataset.words!) as Words;
  const ownUrl = location.pathname.replace(/\/$/, "");
  let sending = false;
  let opening: Promise<void> | undefined;

  if (page.dataset.live !== undefined) startLivePage();
  if (page.dataset.waiting !== undefined) void poll();
  if (screen === "sign") startSignScreen();
  if (screen === "otp") startOtpScreen();
  if (screen === "microDeposit") startMicroDepositScreen();

  function startLivePage(): void {
    const seen = () => document.visibilityState === "visible";
    // A page that a browser or a message app preloads was not opened by anybody.
    if (seen()) void open();
    document.addEventListener("visibilitychange", () => {
      if (seen()) void open().then(followServer);
    });
    addEventListener("pageshow", (event) => event.persisted && void followServer());
  }

  function startSignScreen(): void {
    const consent = formFor("consent");
    const box = find<HTMLInputElement>("input", consent);
    box.addEventListener("change", async () => {
      const reply = await send(consent, {});
      box.checked = reply !== undefined;
      if (reply === undefined) return;
      if (reply.screen !== "sign") return location.reload();
      sending = false;
      box.disabled = true;
      note(consent, words.consentGiven);
      showSignature();
    });
    startTextSize();
    startSignature();
    startDecline();
  }

  function startTextSize(): void {
    const agreement = find(".agreement");
    for (const button of document.querySelectorAll<HTMLElement>("[data-text-size]")) {
      button.addEventListener("click", () => {
        const size = Number(agreement.dataset.size) + Number(button.dataset.textSize);
        agreement.dataset.size = String(Math.max(smallestText, Math.min(largestText, size)));
      });
    }
  }

  function showSignature(): void {
    const form = formFor("sign");
    form.hidden = false;
    const [read, sign] = document.querySelectorAll<HTMLElement>(".steps li");
    read!.dataset.state = "past";
    read!.removeAttribute("aria-current");
    sign!.dataset.state = "now";
    sign!.setAttribute("aria-current", "step");
    find("h2", form).focus();
    form.scrollIntoView({ block: "nearest" });
  }

  function startSignature(): void {
    const form = formFor("sign");
    if (form.dataset.certificate !== undefined) {
      onSubmit(form, () => ({ signature: { certificate: true } }));
      return;
    }
    const drawing = form.querySelectorAll<HTMLElement>("[data-drawing]");
    const typing = find("[data-typing]", form);
    const typedName = find<HTMLInputElement>("input", typing);
    const undo = find<HTMLButtonElement>("[data-undo]", form);
    const clear = find<HTMLButtonElement>("[data-clear]", form);
    const toggle = find("[data-toggle]", form);
    const pad = makePad(find<HTMLCanvasElement>("canvas", form), simplify, () => {
      const empty = pad.strokes().length === 0;
      find("[data-prompt]", form).hidden = !empty;
      undo.disabled = empty;
      clear.disabled = empty;
    });
    undo.addEventListener("click", pad.undo);
    clear.addEventListener("click", pad.clear);
    toggle.addEventListener("click", () => {
      typing.hidden = !typing.hidden;
      for (const part of drawing) part.hidden = !typing.hidden;
      toggle.textContent = typing.hidden ? words.typeInstead : words.drawInstead;
      if (!typing.hidden) typedName.focus();
    });
    onSubmit(form, () => {
      const name = typedName.value.trim();
      if (!typing.hidden) {
        if (name === "") return refuse(form, words.typeFirst, typedName);
        return { signature: { typedName: name } };
      }
      if (!pad.isSigned()) return refuse(form, words.drawFirst);
      return { signature: { strokes: pad.strokes() } };
    });
  }

  function startDecline(): void {
    const form = formFor("decline");
    const dialog = find<HTMLDialogElement>("dialog");
    const reason = find<HTMLTextAreaElement>("textarea", form);
    find("[data-decline]").addEventListener("click", () => dialog.showModal());
    find("[data-back]", form).addEventListener("click", () => dialog.close());
    onSubmit(form, () => {
      if (reason.value.trim() === "") return refuse(form, words.declineReasonFirst, reason);
      return { reason: reason.value.trim() };
    });
  }

  function startOtpScreen(): void {
    onSubmit(formFor("otp"), () => ({}));
    const form = page.querySelector<HTMLFormElement>("form[data-action=code]");
    const input = form?.querySelector<HTMLInputElement>("[name=code]");
    if (!form || !input) return;
    onSubmit(form, () => {
      const code = input.value.normalize("NFKC").replace(/\s/g, "");
      return /^\d{6}$/.test(code) ? { code } : refuse(form, words.codeForm, input);
    });
  }

  function startMicroDepositScreen(): void {
    const form = formFor("verification");
    const amount = find<HTMLInputElement>("[name=amount]", form);
    const remark = form.querySelector<HTMLInputElement>("[name=remark]");
    onSubmit(form, () => {
      // Chinese keyboards produce full-width digits and 。 where the bank shows a point.
      const typed = amount.value
        .normalize("NFKC")
        .replace(/[\s¥元]/g, "")
        .replace(/[。,]/, ".");
      const cents = /^0?\.(\d{1,2})$/.exec(typed)?.[1]?.padEnd(2, "0");
      if (cents === undefined || cents === "00") return refuse(form, words.amountWrong, amount);
      if (remark === null) return { amount: `0.${cents}` };
      const letters = remark.value.normalize("NFKC").replace(/\s/g, "").toUpperCase();
      if (!/^[A-Z0-9]{6}$/.test(letters)) return refuse(form, words.remarkWrong, remark);
      return { amount: `0.${cents}`, remark: letters };
    });
  }

  async function poll(): Promise<void> {
    for (let count = 0; count < maxPolls; count += 1) {
      const pauseMs = Math.min(firstPollMs * (count + 1), pollEveryMs);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (await followServer()) return;
    }
    // Only a page that has nothing else to offer says that it has stopped asking.
    const again = document.querySelector<HTMLElement>("[data-again]");
    if (again === null) return;
    find("[data-hint]").textContent = words.stillWaiting;
    again.hidden = false;
    again.addEventListener("click", () => location.reload());
    page.dataset.waiting = "over";
  }

  /** Loads the page again when the contract has moved on elsewhere; says whether it did. */
  async function followServer(): Promise<boolean> {
    const reply = await ask(undefined);
    const moved = reply.screen !== undefined && reply.screen !== screen;
    if (moved) location.reload();
    return moved;
  }

  /** Reports the opening once per visit: the browser keeps `history.state` over a reload. */
  function open(): Promise<void> {
    if (history.state?.opened) return Promise.resolve();
    opening ??= ask("open", {}).then(({ status }) => {
      opening = undefined;
      if (status > 0 && status < 500) history.replaceState({ opened: true }, "");
    });
    return opening;
  }

  function onSubmit(form: HTMLFormElement, read: () => object | undefined): void {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      const body = read();
      if (body !== undefined && (await send(form, body)) !== undefined) location.reload();
    });
  }

  /** After success `sending` stays set, so that taps during the reload send nothing more. */
  async function send(form: HTMLFormElement, body: object): Promise<Reply | undefined> {
    if (sending) return undefined;
    sending = true;
    note(form, words.sending);
    form.setAttribute("aria-busy", "true");
    await open();
    const reply = await ask(form.dataset.action, body);
    form.removeAttribute("aria-busy");
    if (reply.status >= 200 && reply.status < 300) return reply;
    const conflict = [404, 409, 410].includes(reply.status);
    if (conflict && (await followServer())) return undefined;
    sending = false;
    const field = reply.errors?.[0]?.field.split(".").at(-1);
    const input = field && form.querySelector<HTMLElement>(`[name="${CSS.escape(field)}"]`);
    refuse(form, explain(reply), input || undefined);
    return undefined;
  }

  function explain({ status, message, errors }: Reply): string {
    if (status === 0) return words.notSent;
    if (status === 429) return words.tooFast;
    if (screen === "otp" && status === 422) return words.noMoreCodes;
    if (screen === "otp" && status === 409) return words.codeOver;
    if (status >= 500) return words.serverBusy;
    const details = errors?.map((error) => error.message).join(" ");
    return details || message || words.notAccepted;
  }

  async function ask(action: string | undefined, body?: object): Promise<Reply> {
    const abort = new AbortController();
    const timeout = setTimeout(() => abort.abort(), requestTimeoutMs);
    try {
      const response = await fetch(action === undefined ? ownUrl : `${ownUrl}/${action}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          accept: "application/json",
          "accept-language": document.documentElement.lang,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
        cache: "no-store",
        signal: abort.signal,
      });
      // A proxy's HTML error page still tells by its status what to do next.
      const answer = (await response.json().catch(() => ({}))) as Omit<Reply, "status">;
      return { ...answer, status: response.status };
    } catch {
      return { status: 0 };
    } finally {
      clearTimeout(timeout);
    }
  }

  function refuse(form: HTMLFormElement, text: string, input?: HTMLElement): undefined {
    for (const each of form.querySelectorAll("[aria-invalid]")) {
      each.removeAttribute("aria-invalid");
    }
    input?.setAttribute("aria-invalid", "true");
    input?.focus();
    note(form, text, "problem");
  }

  function note(form: HTMLFormElement, text: string, kind = "plain"): void {
    const region = find("[data-note]", form);
    region.dataset.note = kind;
    region.textContent = text;
  }

  function formFor(action: string): HTMLFormElement {
    return find<HTMLFormElement>(`form[data-action=${action}]`);
  }

  function find<E extends HTMLElement = HTMLElement>(selector: string, within?: HTMLElement): E {
    return (within ?? document).querySelector<E>(selector)!;
  }
}
