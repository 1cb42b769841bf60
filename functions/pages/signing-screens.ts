import { agreementHtml } from "./agreement-html.ts";
import { type Html, html, trusted } from "./html.ts";
import type { PageModel, PageSigner, Screen } from "./signing-page.ts";
import { type Language, signingWords } from "./signing-words.ts";

type ScreenOf<Name extends Screen["name"]> = Extract<Screen, { readonly name: Name }>;
type Outcome = Extract<Screen, { readonly restartAllowed?: boolean }>;
type Say = (key: keyof typeof signingWords) => string;

/** The part of the page between the title and the footer. */
export function showScreen(model: Omit<PageModel, "contractId" | "title">): Html {
  const { screen, language, signers = [], verifiesFirst = false } = model;
  const say: Say = (key) => signingWords[key][language];
  const time = (at: string) => showTime(at, language);
  const at = (step: Step) => steps(step, verifiesFirst, say);
  const everybody = signerList(signers, say);
  switch (screen.name) {
    case "preparing":
      return html`${at("read")}${waiting(screen.name, say)}`;
    case "othersFirst":
      return html`${at("read")}${waiting(screen.name, say)}${everybody}`;
    case "sign":
      return html`${at(screen.consented ? "sign" : "read")}${sign(screen, { verifiesFirst, everybody }, say, time)}`;
    case "otp":
      return html`${at("verify")}${otp(screen, say, time)}`;
    case "microDeposit":
      return html`${at("verify")}${microDeposit(screen, say, time)}`;
    case "face":
      return html`${at("verify")}${face(screen, say, time)}`;
    case "verifying":
      return html`${at("verify")}${waiting(screen.name, say)}`;
    case "othersLeft":
      return html`${at("done")}${waiting(screen.name, say)}${everybody}`;
    case "sealing":
      return html`${at("done")}${waiting(screen.name, say)}`;
    case "completed":
      return html`${at("over")}${completed(screen, say, time)}`;
    default:
      return outcome(screen, say);
  }
}

type Step = "read" | "sign" | "verify" | "done" | "over";

/** `over` means that all four steps are behind. */
function steps(step: Step, verifiesFirst: boolean, say: Say): Html {
  const gates = ["sign", "verify"] as const;
  const order = ["read", ...(verifiesFirst ? gates.toReversed() : gates), "done"] as const;
  const now = step === "over" ? order.length : order.indexOf(step);
  const items = order.map((name, index) => {
    const state = index < now ? "past" : index === now ? "now" : "next";
    const current = state === "now" && html` aria-current="step"`;
    return html`<li data-state="${state}"${current}>${say(`${name}Step`)}<span class="past">${say("stepDone")}</span></li>`;
  });
  return html`<ol class="steps" aria-label="${say("progress")}">${items}</ol>`;
}

/** Who signs, and whose turn it is; nothing where the reader is the only one. */
function signerList(signers: readonly PageSigner[], say: Say): Html | undefined {
  if (signers.length < 2) return undefined;
  const lines = signers.map(({ name, isReader, state }) => {
    const current = state === "now" && html` aria-current="step"`;
    const you = isReader && say("you");
    return html`<li data-state="${state}"${current}><span>${name}${you}</span><span>${say(`${state}Signer`)}</span></li>`;
  });
  return html`<section class="card"><h2>${say("everySigner")}</h2><ul class="signers">${lines}</ul></section>`;
}

function sign(
  screen: ScreenOf<"sign">,
  more: { readonly verifiesFirst: boolean; readonly everybody: Html | undefined },
  say: Say,
  time: (at: string) => Html,
): Html {
  const { agreement, signerName, expiresAt, consented, byCertificate } = screen;
  const ticked = consented && html` checked disabled`;
  return html`
<section class="card">
<div class="bar">
<h2 id="agreement">${say("agreement")}</h2>
<button type="button" class="tool" data-text-size="-1" aria-label="A− ${say("smallerText")}">A−</button>
<button type="button" class="tool" data-text-size="1" aria-label="A+ ${say("largerText")}">A+</button>
</div>
<div class="agreement" lang="zh-CN" data-size="1" tabindex="0" role="region" aria-labelledby="agreement">
${trusted(agreementHtml(agreement))}
</div>
</section>
${facts([say("signer"), signerName], [say("deadline"), time(expiresAt)])}
${more.everybody}
<form class="card" data-action="consent" novalidate>
<label class="check"><input type="checkbox"${ticked}> <span>${say("consent")}</span></label>
${note("consent", say(consented ? "consentGiven" : "consentHint"))}
</form>
${byCertificate ? certificate(consented, say) : signature(consented, more.verifiesFirst, say)}
${decline(say)}`;
}

function certificate(shown: boolean, say: Say): Html {
  return html`
<form class="card" data-action="sign" data-certificate novalidate${!shown && html` hidden`}>
<h2 tabindex="-1">${say("certificateTitle")}</h2>
<p>${say("certificateText")}</p>
<button class="primary">${say("sign")}</button>
${note("sign", say("signLastHint"))}
</form>`;
}

function signature(shown: boolean, isLast: boolean, say: Say): Html {
  return html`
<form class="card" data-action="sign" novalidate${!shown && html` hidden`}>
<div class="bar">
<h2 tabindex="-1">${say("yourSignature")}</h2>
<span data-drawing>
<button type="button" class="tool" data-undo disabled>${say("undo")}</button>
<button type="button" class="tool" data-clear disabled>${say("clear")}</button>
</span>
</div>
<div class="pad" data-drawing>
<canvas role="img" aria-label="${say("padLabel")}"></canvas>
<p data-prompt aria-hidden="true">${say("padPrompt")}</p>
</div>
<div data-typing hidden>
${field("sign", "typedName", say("typedName"), undefined, html` autocomplete="name" maxlength="64"`)}
</div>
<button type="button" class="quiet" data-toggle>${say("typeInstead")}</button>
<button class="primary">${say("sign")}</button>
${note("sign", say(isLast ? "signLastHint" : "signHint"))}
</form>`;
}

function decline(say: Say): Html {
  return html`
<button type="button" class="quiet" data-decline aria-haspopup="dialog">${say("decline")}</button>
<dialog aria-labelledby="decline">
<form data-action="decline" novalidate>
<h2 id="decline">${say("declineTitle")}</h2>
<p>${say("declineText")}</p>
<label for="reason">${say("declineReason")}</label>
<textarea id="reason" name="reason" rows="3" maxlength="512" required aria-describedby="decline-note"></textarea>
${note("decline", say("declineHint"))}
<div class="choice">
<button type="button" class="secondary" data-back>${say("back")}</button>
<button class="primary">${say("declineConfirm")}</button>
</div>
</form>
</dialog>`;
}

/** A press sends the code, never the visit: what only opens a link must cost nobody a message. */
function otp(screen: ScreenOf<"otp">, say: Say, time: (at: string) => Html): Html {
  const { mobileTail, triesLeft, code, expiresAt } = screen;
  const open = code === "sent" || code === "wrong";
  const again = code === "wrong" && html` aria-invalid="true"`;
  const digits = html` autofocus autocomplete="one-time-code" inputmode="numeric" enterkeyhint="done" maxlength="6"${again}`;
  const ask = say(code === "none" ? "sendCode" : "sendCodeAgain");
  return html`
<section class="card">
<h2>${say("otpTitle")}</h2>
<p>${say("otpText")}</p>
${facts(
  [say("mobileTail"), mobileTail],
  open && [say("triesLeft"), triesLeft],
  open && expiresAt !== undefined && [say("deadline"), time(expiresAt)],
)}
${
  open &&
  html`<form data-action="code" novalidate>
${field("code", "code", say("otpCode"), undefined, digits)}
<button class="primary">${say("confirmCode")}</button>
${code === "wrong" ? note("code", say("codeWrong"), "problem") : note("code", say("codeSent"))}
</form>`
}
<form data-action="otp" novalidate>
<button class="${open ? "secondary" : "primary"}">${ask}</button>
${code === "over" ? note("otp", say("codeOver"), "problem") : note("otp", say("codeHint"))}
</form>
</section>`;
}

function microDeposit(
  screen: ScreenOf<"microDeposit">,
  say: Say,
  time: (at: string) => Html,
): Html {
  const { triesLeft, accountTail, expiresAt, lastTryWrong, needsRemark } = screen;
  // A wrong amount is told where the person types next, and the focus says it to a screen reader.
  const again = lastTryWrong && html` autofocus aria-invalid="true"`;
  const amount = html` autocomplete="off" inputmode="decimal" enterkeyhint="${needsRemark ? "next" : "done"}" maxlength="12"${again}`;
  const remark = html` autocomplete="off" autocapitalize="characters" spellcheck="false" enterkeyhint="done" maxlength="12"`;
  return html`
<form class="card" data-action="verification" novalidate>
<h2>${say("microDepositTitle")}</h2>
<p>${say("microDepositText")}</p>
${facts(
  accountTail !== undefined && [say("accountTail"), accountTail],
  [say("triesLeft"), triesLeft],
  [say("deadline"), time(expiresAt)],
)}
${field("verification", "amount", say("amount"), say("amountExample"), amount)}
${needsRemark && field("verification", "remark", say("remark"), say("remarkExample"), remark)}
<button class="primary">${say("verify")}</button>
${lastTryWrong ? note("verification", say("lastTryWrong"), "problem") : note("verification", say("verifyHint"))}
</form>`;
}

function face(screen: ScreenOf<"face">, say: Say, time: (at: string) => Html): Html {
  const start = webAddress(screen.handOffUrl);
  return html`
<section class="card">
<h2>${say("faceTitle")}</h2>
<p>${say("faceText")}</p>
${facts([say("triesLeft"), screen.triesLeft], [say("deadline"), time(screen.expiresAt)])}
${
  start === undefined
    ? note("face", say("faceUnavailable"), "problem")
    : html`<a class="primary" href="${start}" rel="noreferrer">${say("startFace")}</a>`
}
</section>`;
}

type Waiting = "preparing" | "verifying" | "sealing" | "othersFirst" | "othersLeft";

function waiting(name: Waiting, say: Say): Html {
  // Other people take hours; only a machine's work is shown as going on.
  const isForOthers = name === "othersFirst" || name === "othersLeft";
  return html`
<section class="card moment">
<div class="${isForOthers ? "still" : "breath"}" aria-hidden="true"></div>
<div role="status">
<h2>${say(`${name}Title`)}</h2>
<p data-hint>${say(`${name}Text`)}</p>
</div>
<div class="slot"><button type="button" class="secondary" data-again hidden>${say("checkAgain")}</button></div>
</section>`;
}

function completed(screen: ScreenOf<"completed">, say: Say, time: (at: string) => Html): Html {
  return html`
<section class="card moment">
<p class="seal" aria-hidden="true"><span>${say("sealMark")}</span></p>
<h2>${say("completedTitle")}</h2>
<p>${say("completedText")}</p>
${facts([say("completedAt"), time(screen.completedAt)])}
${returnLink(screen.returnUrl, say)}
</section>`;
}

function outcome({ name, reason, restartAllowed, returnUrl }: Outcome, say: Say): Html {
  return html`
<section class="card moment">
<div class="still" aria-hidden="true"></div>
<h2>${say(`${name}Title`)}</h2>
<p>${say(`${name}Text`)}</p>
${reason !== undefined && facts([say("reason"), reason])}
${restartAllowed && html`<p>${say("restartAllowed")}</p>`}
${returnLink(returnUrl, say)}
</section>`;
}

function facts(...pairs: readonly (readonly [string, Html | string | number] | false)[]): Html {
  const rows = pairs.map((pair) => pair && html`<div><dt>${pair[0]}</dt><dd>${pair[1]}</dd></div>`);
  return html`<dl class="facts">${rows}</dl>`;
}

function field(
  form: string,
  name: string,
  label: string,
  example: string | undefined,
  attributes: Html,
): Html {
  const hint = example !== undefined && html`<p class="hint" id="${name}-hint">${example}</p>`;
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="text" required aria-describedby="${hint && `${name}-hint `}${form}-note"${attributes}>
${hint}
</div>`;
}

/** One place per form for the hint, the progress and the problem, so that nothing on the page moves. */
function note(form: string, text: string, kind: "plain" | "problem" = "plain"): Html {
  return html`<p class="note" role="status" id="${form}-note" data-note="${kind}">${text}</p>`;
}

function returnLink(url: string | undefined, say: Say): Html | undefined {
  const address = url === undefined ? undefined : webAddress(url);
  return address === undefined
    ? undefined
    : html`<a class="secondary" href="${address}" rel="noreferrer">${say("returnToPartner")}</a>`;
}

/** Escaping does not stop `javascript:` addresses. */
function webAddress(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}

/** Times are shown as the person's bank and the contract show them: in Beijing. */
function showTime(at: string, language: Language): Html {
  const text = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "Asia/Shanghai",
  }).format(new Date(at));
  const zone = language === "en" ? " (Beijing)" : "（北京时间）";
  return html`<time datetime="${at}">${text}<span>${zone}</span></time>`;
}
