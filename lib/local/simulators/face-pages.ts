import type { FaceTask } from "./face.ts";
import { html, type Language, languageOf, type Markup, showPage, time } from "./page.ts";
import type { WireAnswer, WireRequest } from "./wire.ts";

/** All tasks of all vendors, newest first, with the way to those that wait. */
export function tasksPage(
  request: WireRequest,
  tasks: readonly FaceTask[],
  ownUrl: string,
): WireAnswer {
  const language = languageOf(request);
  const words = texts[language];
  const cards = tasks.map(
    (task) => html`<article class="card">
<div class="row"><strong>${task.asked.name}</strong>${time(task.createdAt, language)}</div>
<dl><dt>${words.vendor}</dt><dd>${task.vendor}</dd>
<dt>${words.status}</dt><dd>${statusOf(task, language)}</dd></dl>
${task.outcome === undefined ? html`<p><a href="${ownUrl}/check/${task.token}">${words.open}</a></p>` : undefined}
</article>`,
  );
  return showPage({
    request,
    language,
    live: true,
    title: words.title,
    lead: words.lead,
    main: cards.length > 0 ? html`${cards}` : html`<p class="quiet">${words.none}</p>`,
  });
}

/** Buttons instead of a camera. The link's own token authorises the choice. */
export function checkPage(request: WireRequest, task: FaceTask): WireAnswer {
  const language = languageOf(request);
  const words = texts[language];
  const { returnUrl, name } = task.asked;
  const choices = html`<form method="post">
<button class="first" name="choice" value="PASS">${words.pass}</button>
<button name="choice" value="FACE_MISMATCH">${words.mismatch}</button>
<button name="choice" value="POOR_QUALITY">${words.poorQuality}</button>
</form>`;
  const decided = html`<p class="card">${statusOf(task, language)}</p>
<p><a href="${returnUrl}">${words.back}</a></p>`;
  return showPage({
    request,
    language,
    title: `${name}${words.faceOf}`,
    lead: words.checkLead,
    formTarget: new URL(returnUrl).origin,
    main: task.outcome === undefined ? choices : decided,
  });
}

function statusOf({ outcome }: FaceTask, language: Language): Markup {
  const words = texts[language];
  if (outcome === undefined) return html`${words.waiting}`;
  return outcome === "PASS"
    ? html`<span class="good">${words.passed}</span>`
    : html`<span class="bad">${words.failed} ${outcome}</span>`;
}

const texts = {
  zh: {
    title: "人脸核验服务商",
    lead: "这里代替外部的人脸核验服务商：平台创建的核验任务会出现在此。",
    vendor: "服务商",
    status: "状态",
    open: "打开核验页面",
    none: "暂无。",
    waiting: "等待核验",
    passed: "已通过",
    failed: "未通过",
    faceOf: "，请进行人脸核验",
    checkLead: "这是模拟页面，不会打开摄像头，也不采集任何人脸信息。请选择核验的结果。",
    pass: "核验通过",
    mismatch: "不是本人",
    poorQuality: "画面质量太差",
    back: "返回",
  },
  en: {
    title: "Face vendors",
    lead: "These stand in for outside face vendors: the tasks that the platform opens arrive here.",
    vendor: "Vendor",
    status: "Status",
    open: "Open the check",
    none: "None yet.",
    waiting: "Waiting",
    passed: "Passed",
    failed: "Not passed:",
    faceOf: ", please verify your face",
    checkLead:
      "This is a simulator: no camera opens and no face is recorded. Choose how the check ends.",
    pass: "The face matches",
    mismatch: "Somebody else's face",
    poorQuality: "Picture too poor",
    back: "Back",
  },
};
