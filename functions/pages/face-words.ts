/** Everything the face page says, side by side; a missing translation does not compile. */
export const faceWords = {
  title: { "zh-CN": "身份核验", en: "Identity check" },
  otherLanguage: { "zh-CN": "English", en: "中文" },
  person: { "zh-CN": "核验对象", en: "Person" },
  deadline: { "zh-CN": "有效期至", en: "Open until" },
  triesLeft: { "zh-CN": "剩余次数", en: "Tries left" },
  beginTitle: { "zh-CN": "请由本人进行人脸核验", en: "Please show your own face" },
  beginText: {
    "zh-CN": "接下来将前往核验服务的页面拍摄面部，用于确认是您本人。请在光线充足处进行。",
    en: "Next, a verification service takes a picture of your face to make sure that it is you. Find good light.",
  },
  consent: {
    "zh-CN":
      "我单独同意：将我的姓名、身份证号和面部图像交由核验服务用于本次核验。面部图像属于敏感个人信息，不会交给我们，也不作他用。",
    en: "I separately agree that my name, identity number and a picture of my face are used by the verification service for this one check. A picture of a face is sensitive personal information: we do not receive it, and it serves nothing else.",
  },
  consentHint: { "zh-CN": "同意后即可开始。", en: "Agree to begin." },
  consentMissing: { "zh-CN": "请先勾选同意。", en: "Please tick the box first." },
  begin: { "zh-CN": "开始核验", en: "Begin" },
  beginning: { "zh-CN": "正在连接核验服务……", en: "Connecting to the verification service…" },
  unavailable: {
    "zh-CN": "核验服务暂时没有响应，请稍等片刻再点一次。",
    en: "The verification service does not answer right now. Wait a moment and press again.",
  },
  offline: {
    "zh-CN": "没有收到答复，请检查网络后再试。",
    en: "No answer came. Check your connection and try again.",
  },
  againTitle: { "zh-CN": "画面不够清晰", en: "The picture was not clear enough" },
  againText: {
    "zh-CN": "请擦净镜头，正对光线，摘下口罩或墨镜后再试一次。",
    en: "Clean the lens, face the light, take off mask or sunglasses, and try again.",
  },
  waitingTitle: { "zh-CN": "正在等待核验结果", en: "Waiting for the result" },
  waitingText: {
    "zh-CN": "如已完成拍摄，结果会自动显示在这里。",
    en: "If you have finished, the result appears here by itself.",
  },
  resume: { "zh-CN": "回到核验页面", en: "Back to the check" },
  passedTitle: { "zh-CN": "核验通过", en: "Verified" },
  passedText: { "zh-CN": "可以关闭此页面了。", en: "You may close this page." },
  failedTitle: { "zh-CN": "核验未通过", en: "Not verified" },
  failedText: {
    "zh-CN": "请联系发起核验的一方；若需再次核验，将会收到新的链接。",
    en: "Please contact whoever asked for this check; another one comes with a new link.",
  },
  expiredTitle: { "zh-CN": "链接已过期", en: "This link has expired" },
  expiredText: {
    "zh-CN": "请联系发起核验的一方获取新的链接。",
    en: "Please ask whoever requested this check for a new link.",
  },
  notFoundTitle: { "zh-CN": "链接无效", en: "This link does not exist" },
  notFoundText: {
    "zh-CN": "请从收到的消息中重新打开完整的链接。",
    en: "Open the whole link again from the message you received.",
  },
  noScript: {
    "zh-CN": "请开启浏览器的 JavaScript 后再进行核验。",
    en: "Please allow JavaScript to go on.",
  },
  personal: { "zh-CN": "链接仅供本人使用，请勿转发。", en: "This link is for you alone." },
} as const satisfies Record<string, Readonly<Record<"zh-CN" | "en", string>>>;

/** What the script says; it travels with the page. */
export const faceBrowserWords = [
  "consentMissing",
  "beginning",
  "unavailable",
  "offline",
] as const satisfies readonly (keyof typeof faceWords)[];
