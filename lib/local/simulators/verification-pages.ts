import { html, type Language, languageOf, type Markup, showPage, time } from "./page.ts";
import type { Verification } from "./verification-record.ts";
import type { WireAnswer, WireRequest } from "./wire.ts";

/** Where the platform sends the person for a face check; undefined for a micro-deposit. */
export function handOffUrlOf(verification: Verification, ownUrl: string): string | undefined {
  const { verificationId, handOffToken } = verification;
  return handOffToken && `${ownUrl}/face/${verificationId}?token=${handOffToken}`;
}

/** The account holder's view: what arrived, and which face checks wait. Newest first. */
export function statementPage(
  request: WireRequest,
  verifications: readonly Verification[],
  ownUrl: string,
): WireAnswer {
  const language = languageOf(request);
  const words = texts[language];
  const deposits = verifications.filter(({ challenge }) => challenge.method === "MICRO_DEPOSIT");
  const faces = verifications.filter(({ challenge }) => challenge.method === "FACE");
  const listed = (cards: readonly Markup[]) =>
    cards.length > 0 ? html`${cards}` : html`<p class="quiet">${words.none}</p>`;
  return showPage({
    request,
    language,
    live: true,
    title: words.statementTitle,
    lead: words.statementLead,
    main: html`<h2>${words.deposits}</h2>
${listed(deposits.map((deposit) => depositCard(deposit, language)))}
<h2>${words.faces}</h2>
${listed(faces.map((face) => faceCard(face, language, ownUrl)))}`,
  });
}

function depositCard(verification: Verification, language: Language): Markup {
  const { challenge, amount, remark, createdAt } = verification;
  const words = texts[language];
  return html`<article class="card">
<div class="row"><strong>${challenge.subject.name}</strong>${time(createdAt, language)}</div>
<p class="figure">+ ¥${amount}</p>
<dl>
<dt>${words.remark}</dt><dd class="code">${remark}</dd>
<dt>${words.account}</dt><dd>${challenge.subject.bankAccountNo ?? words.registeredAccount}</dd>
<dt>${words.status}</dt><dd>${statusOf(verification, language)}</dd>
</dl>
</article>`;
}

function faceCard(verification: Verification, language: Language, ownUrl: string): Markup {
  const { challenge, status, createdAt } = verification;
  return html`<article class="card">
<div class="row"><strong>${challenge.subject.name}</strong>${time(createdAt, language)}</div>
<p>${statusOf(verification, language)}</p>
${
  status === "PENDING"
    ? html`<p><a href="${handOffUrlOf(verification, ownUrl)}">${texts[language].openFace}</a></p>`
    : undefined
}
</article>`;
}

function statusOf(verification: Verification, language: Language): Markup {
  const words = texts[language];
  if (verification.status === "PENDING") {
    const { remainingTries, challenge } = verification;
    const tries = challenge.method === "FACE" ? "" : ` · ${words.triesLeft(remainingTries)}`;
    return html`${words.pending}${tries}`;
  }
  return verification.status === "SUCCESS"
    ? html`<span class="good">${words.passed}</span>`
    : html`<span class="bad">${words.failed} ${verification.failReason}</span>`;
}

/**
 * Three buttons instead of a camera, or the way to those who compare the faces. The link's own token authorises
 * the choice. They have no way back, so they get a window of their own and this one waits for the result.
 */
export function facePage(request: WireRequest, verification: Verification): WireAnswer {
  const language = languageOf(request);
  const words = texts[language];
  const { check } = verification;
  const { returnUrl, subject } = verification.challenge;
  const choices = html`<form method="post">
<button class="first" name="choice" value="PASS">${words.pass}</button>
<button name="choice" value="FACE_MISMATCH">${words.mismatch}</button>
<button name="choice" value="POOR_QUALITY">${words.poorQuality}</button>
</form>`;
  const decided = html`<p class="card">${statusOf(verification, language)}</p>
<p><a href="${returnUrl}">${words.back}</a></p>`;
  const wayOn =
    check?.page === undefined
      ? html`<p class="quiet">${words.preparing}</p>`
      : html`<p class="card"><a href="${check.page}" target="_blank" rel="noopener">${words.openFace}</a></p>
<p class="quiet">${words.comeBack}</p>`;
  const undecided = check === undefined ? choices : wayOn;
  return showPage({
    request,
    language,
    live: check !== undefined,
    title: `${subject.name}${words.faceOf}`,
    lead: check === undefined ? words.faceLead : words.checkLead,
    formTarget: new URL(returnUrl).origin,
    main: html`${{ markup: faceDrawing }}${verification.status === "PENDING" ? undecided : decided}`,
  });
}

const faceDrawing = `<svg class="face" viewBox="0 0 120 120" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round">
<path d="M8 32V16a8 8 0 0 1 8-8h16M88 8h16a8 8 0 0 1 8 8v16M112 88v16a8 8 0 0 1-8 8H88M32 112H16a8 8 0 0 1-8-8V88"/>
<ellipse cx="60" cy="60" rx="27" ry="34"/><path d="M50 54v2M70 54v2M60 58v9M51 77c5 5 13 5 18 0"/></svg>`;

const texts = {
  zh: {
    statementTitle: "银行流水",
    statementLead:
      "这里代替账户持有人的网银：认证系统打来的小额款项会出现在此，把金额和附言填回签约页面即可。",
    deposits: "小额打款",
    faces: "人脸核验",
    none: "暂无。",
    remark: "附言",
    account: "账号",
    registeredAccount: "预留账户",
    status: "状态",
    openFace: "打开核验页面",
    triesLeft: (count: number) => `剩余 ${count} 次`,
    pending: "等待核验",
    passed: "已通过",
    failed: "未通过",
    faceOf: "，请进行人脸核验",
    faceLead:
      "这是模拟页面，不会打开摄像头，也不采集任何人脸信息。请选择核验的结果，随后返回签约页面。",
    checkLead: "认证系统自己不比对人脸，而是作为客户端调用平台的人脸核验接口。",
    preparing: "正在准备核验，请稍候……",
    comeBack: "核验在新窗口中进行，完成后关闭该窗口，结果会自动显示在这里。",
    pass: "核验通过",
    mismatch: "不是本人",
    poorQuality: "画面质量太差",
    back: "返回签约页面",
  },
  en: {
    statementTitle: "Bank statement",
    statementLead:
      "This stands in for the account holder's online bank. Small deposits of the verification system arrive here; type amount and remark back on the signing page.",
    deposits: "Micro-deposits",
    faces: "Face checks",
    none: "None yet.",
    remark: "Remark",
    account: "Account",
    registeredAccount: "account on file",
    status: "Status",
    openFace: "Open the check",
    triesLeft: (count: number) => `${count} ${count === 1 ? "try" : "tries"} left`,
    pending: "Waiting",
    passed: "Passed",
    failed: "Not passed:",
    faceOf: ", please verify your face",
    faceLead:
      "This is a simulator: no camera opens and no face is recorded. Choose how the check ends; you then return to the signing page.",
    checkLead:
      "The verification system compares no faces itself: as a client it asks the platform's own face check.",
    preparing: "Preparing the check, one moment…",
    comeBack:
      "The check opens in a window of its own. Close it when you are done: the result appears here.",
    pass: "The face matches",
    mismatch: "Somebody else's face",
    poorQuality: "Picture too poor",
    back: "Back to the signing page",
  },
};
