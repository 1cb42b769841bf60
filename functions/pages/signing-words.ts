export type Language = "zh-CN" | "en";

/** Everything the signer reads, side by side; a missing translation does not compile. */
export const signingWords = {
  agreement: { "zh-CN": "协议正文", en: "Agreement" },
  smallerText: { "zh-CN": "缩小文字", en: "Smaller text" },
  largerText: { "zh-CN": "放大文字", en: "Larger text" },
  otherLanguage: { "zh-CN": "English", en: "中文" },
  progress: { "zh-CN": "签署进度", en: "Progress" },
  stepDone: { "zh-CN": "已完成", en: "done" },
  readStep: { "zh-CN": "阅读", en: "Read" },
  signStep: { "zh-CN": "签名", en: "Sign" },
  verifyStep: { "zh-CN": "核验", en: "Verify" },
  doneStep: { "zh-CN": "完成", en: "Done" },
  from: { "zh-CN": "由 {partner} 发起", en: "Requested by {partner}" },
  signer: { "zh-CN": "签署人", en: "Signer" },
  deadline: { "zh-CN": "截止时间", en: "Complete by" },
  contractNumber: { "zh-CN": "合同编号", en: "Contract no." },
  personal: {
    "zh-CN": "本页面仅供签署人本人使用，请勿转发链接。",
    en: "This page is for the signer only. Please do not forward the link.",
  },
  noScript: {
    "zh-CN": "签署需要启用 JavaScript。请在浏览器设置中开启后重新打开本页，或换用其他浏览器。",
    en: "Signing needs JavaScript. Please turn it on in the browser settings and open this page again, or use another browser.",
  },

  consent: {
    "zh-CN": "我已阅读并同意上述协议，同意以电子签名方式签署",
    en: "I have read and agree to the agreement above, and agree to sign it electronically",
  },
  consentHint: {
    "zh-CN": "请先阅读全文；勾选后即可签名。",
    en: "Please read it to the end. Tick the box to go on to your signature.",
  },
  consentGiven: {
    "zh-CN": "您的同意已记录，请在下方签名。",
    en: "Your consent is recorded. Please sign below.",
  },
  yourSignature: { "zh-CN": "您的签名", en: "Your signature" },
  padLabel: {
    "zh-CN": "手写签名区。无法手写时，请使用“改为键入姓名”。",
    en: "Area for a handwritten signature. If you cannot draw, use “Type my name instead”.",
  },
  padPrompt: { "zh-CN": "请在此处手写签名", en: "Sign here with your finger" },
  undo: { "zh-CN": "撤销", en: "Undo" },
  clear: { "zh-CN": "清除", en: "Clear" },
  typeInstead: { "zh-CN": "改为键入姓名", en: "Type my name instead" },
  drawInstead: { "zh-CN": "改为手写签名", en: "Draw my signature instead" },
  typedName: { "zh-CN": "您的姓名全称", en: "Your full name" },
  sign: { "zh-CN": "确认签署", en: "Sign the agreement" },
  certificateTitle: { "zh-CN": "数字证书签名", en: "Signature by certificate" },
  certificateText: {
    "zh-CN": "您的身份已核验。确认后，系统将以您名下的一次性数字证书签署本协议，无需手写。",
    en: "Your identity is verified. When you confirm, the agreement is signed under a one-time certificate in your name; nothing has to be drawn.",
  },
  signHint: {
    "zh-CN": "签署后需要核验您的身份，核验通过后合同才会生效。",
    en: "Next we verify your identity. The contract takes effect only after that.",
  },
  signLastHint: {
    "zh-CN": "您的身份已核验，确认后即完成签署。",
    en: "You are verified. Signing is the last step.",
  },
  drawFirst: {
    "zh-CN": "还没有签名。请在签名区写下您的全名，再按“确认签署”。",
    en: "There is no signature yet. Write your full name in the area above, then press “Sign the agreement”.",
  },
  typeFirst: {
    "zh-CN": "请填写您的姓名全称，再按“确认签署”。",
    en: "Please enter your full name, then press “Sign the agreement”.",
  },

  decline: { "zh-CN": "我不同意，拒绝签署", en: "I do not agree, decline to sign" },
  declineTitle: { "zh-CN": "确定拒绝签署吗？", en: "Decline this contract?" },
  declineText: {
    "zh-CN": "拒绝后合同即告终止，不能恢复，发起方会收到通知。",
    en: "Declining ends the contract for good. The requesting party will be told.",
  },
  declineReason: { "zh-CN": "拒签原因", en: "Reason" },
  declineHint: { "zh-CN": "原因会写入存证记录。", en: "The reason becomes part of the evidence." },
  declineReasonFirst: {
    "zh-CN": "请填写拒签原因，再按“确定拒签”。",
    en: "Please give a reason, then press “Decline”.",
  },
  declineConfirm: { "zh-CN": "确定拒签", en: "Decline" },
  back: { "zh-CN": "返回", en: "Go back" },

  microDepositTitle: { "zh-CN": "核验对公账户", en: "Verify the company account" },
  microDepositText: {
    "zh-CN": "我们已向贵公司对公账户汇入一笔小额款项。请查询银行流水，填写实际到账金额。",
    en: "We sent a small amount to the bank account of your company. Find it in the bank statement and enter the exact amount.",
  },
  accountTail: { "zh-CN": "收款账户尾号", en: "Account ending in" },
  triesLeft: { "zh-CN": "剩余次数", en: "Tries left" },
  amount: { "zh-CN": "到账金额（元）", en: "Amount received (CNY)" },
  amountExample: {
    "zh-CN": "0.01 至 0.99 之间，例如 0.37",
    en: "Between 0.01 and 0.99, for example 0.37",
  },
  amountWrong: {
    "zh-CN": "请填写 0.01 至 0.99 之间的金额，例如 0.37。",
    en: "Enter an amount between 0.01 and 0.99, for example 0.37.",
  },
  remark: { "zh-CN": "汇款附言", en: "Payment remark" },
  remarkExample: {
    "zh-CN": "6 位字母或数字，例如 A1B2C3",
    en: "6 letters or digits, for example A1B2C3",
  },
  remarkWrong: {
    "zh-CN": "请填写附言中的 6 位字母或数字。",
    en: "Enter the 6 letters or digits of the remark.",
  },
  verify: { "zh-CN": "提交核验", en: "Verify" },
  verifyHint: {
    "zh-CN": "款项通常几分钟内到账；未到账时可稍后从短信链接返回本页。",
    en: "The money usually arrives within minutes. You can come back later through the link in the text message.",
  },
  lastTryWrong: {
    "zh-CN": "金额或附言与汇款不一致。请核对银行流水后重新填写。",
    en: "That did not match the payment. Check the bank statement and enter it again.",
  },

  otpTitle: { "zh-CN": "短信验证", en: "Confirm by text message" },
  otpText: {
    "zh-CN": "签名前，请用手机收到的验证码确认是您本人操作。",
    en: "Before you sign, confirm with a code sent to your phone that it is you.",
  },
  mobileTail: { "zh-CN": "接收手机尾号", en: "Phone ending in" },
  otpCode: { "zh-CN": "6 位验证码", en: "6-digit code" },
  sendCode: { "zh-CN": "发送验证码", en: "Send the code" },
  sendCodeAgain: { "zh-CN": "重新发送", en: "Send a new code" },
  confirmCode: { "zh-CN": "确认", en: "Confirm" },
  codeSent: { "zh-CN": "验证码已发送，请查收短信。", en: "The code is on its way to your phone." },
  codeHint: {
    "zh-CN": "验证码 5 分钟内有效，请勿告知他人。",
    en: "A code is good for 5 minutes. Never tell it to anybody.",
  },
  codeWrong: {
    "zh-CN": "验证码不正确，请核对后重新填写。",
    en: "That is not the code. Check the message and enter it again.",
  },
  codeOver: {
    "zh-CN": "这个验证码已失效，请重新发送。",
    en: "This code no longer counts. Please send a new one.",
  },
  codeForm: { "zh-CN": "请填写短信中的 6 位数字。", en: "Enter the 6 digits of the message." },
  noMoreCodes: {
    "zh-CN": "验证码发送次数已用完，请联系发起方。",
    en: "No further code can be sent. Please contact the requesting party.",
  },

  faceTitle: { "zh-CN": "人脸核验", en: "Face verification" },
  faceText: {
    "zh-CN": "接下来将前往身份核验页面，请本人在光线充足处按提示完成。完成后会自动返回。",
    en: "You will go to the identity verification page. Please follow its steps yourself, in good light. You come back here afterwards.",
  },
  startFace: { "zh-CN": "开始人脸核验", en: "Start face verification" },
  faceUnavailable: {
    "zh-CN": "核验页面暂时无法打开。请稍后从短信链接重新进入。",
    en: "The verification page cannot be opened right now. Please come back later through the link in the text message.",
  },

  everySigner: { "zh-CN": "全部签署方", en: "Everyone who signs" },
  you: { "zh-CN": "（您）", en: " (you)" },
  doneSigner: { "zh-CN": "已完成", en: "Done" },
  nowSigner: { "zh-CN": "签署中", en: "Signing now" },
  laterSigner: { "zh-CN": "待签署", en: "Later" },
  othersFirstTitle: { "zh-CN": "还没有轮到您签署", en: "It is not your turn yet" },
  othersFirstText: {
    "zh-CN": "前面的签署方完成后，我们会通知您，本页也会自动更新。",
    en: "Others sign before you. We will tell you when it is your turn, and this page updates by itself.",
  },
  othersLeftTitle: { "zh-CN": "您已完成签署", en: "Your part is done" },
  othersLeftText: {
    "zh-CN": "全部签署方完成后合同生效，您无需再做任何操作。",
    en: "The contract takes effect once everyone has signed. There is nothing left for you to do.",
  },

  preparingTitle: { "zh-CN": "正在准备协议", en: "Preparing the agreement" },
  preparingText: {
    "zh-CN": "通常只需几秒，本页会自动更新。",
    en: "This takes a few seconds. The page updates by itself.",
  },
  verifyingTitle: { "zh-CN": "正在核验身份", en: "Verifying your identity" },
  verifyingText: {
    "zh-CN": "正在等待核验结果，本页会自动更新，您也可以稍后再来。",
    en: "Waiting for the result. The page updates by itself; you may also come back later.",
  },
  sealingTitle: { "zh-CN": "正在封存合同", en: "Sealing the contract" },
  sealingText: {
    "zh-CN": "核验已通过，正在固化证据，即将完成。",
    en: "You are verified. The evidence is being sealed; almost done.",
  },
  stillWaiting: {
    "zh-CN": "还没有结果。进度已保存，可以现在再查一次，或稍后从短信链接返回。",
    en: "There is no result yet. Nothing is lost: check again now, or come back later through the link in the text message.",
  },
  checkAgain: { "zh-CN": "再查一次", en: "Check again" },

  completedTitle: { "zh-CN": "合同已签署完成", en: "The contract is signed" },
  completedText: {
    "zh-CN": "身份核验已通过，签署过程的证据已封存。",
    en: "Your identity is verified and the evidence of signing is sealed.",
  },
  completedAt: { "zh-CN": "完成时间", en: "Completed" },
  sealMark: { "zh-CN": "签讫", en: "SIGNED" },
  returnToPartner: { "zh-CN": "返回发起方页面", en: "Return to the requesting party" },
  reason: { "zh-CN": "原因", en: "Reason" },
  restartAllowed: {
    "zh-CN": "如仍需签署，可以联系发起方重新发起。",
    en: "If you still want to sign, ask the requesting party to start again.",
  },

  declinedTitle: { "zh-CN": "您已拒绝签署", en: "You declined to sign" },
  declinedText: {
    "zh-CN": "合同已终止，发起方已收到通知。",
    en: "The contract has ended and the requesting party was told.",
  },
  revokedTitle: { "zh-CN": "合同已被撤回", en: "The contract was withdrawn" },
  revokedText: {
    "zh-CN": "发起方撤回了这份合同，您无需再做任何操作。",
    en: "The requesting party withdrew it. There is nothing left for you to do.",
  },
  expiredTitle: { "zh-CN": "合同已过期", en: "The contract has expired" },
  expiredText: {
    "zh-CN": "未在期限内完成签署，合同已终止。",
    en: "It was not completed in time and has ended.",
  },
  linkExpiredTitle: { "zh-CN": "链接已失效", en: "This link has expired" },
  linkExpiredText: {
    "zh-CN": "请打开最新一条短信中的链接，或联系发起方重新发送。",
    en: "Open the link in the latest text message, or ask the requesting party to send a new one.",
  },
  notFoundTitle: { "zh-CN": "没有找到这份合同", en: "Contract not found" },
  notFoundText: {
    "zh-CN": "请检查链接是否完整，或从短信重新打开。",
    en: "Check that the link is complete, or open it again from the text message.",
  },
  tooManyTriesTitle: { "zh-CN": "核验次数已用完", en: "No tries left" },
  tooManyTriesText: {
    "zh-CN": "为保护您的账户安全，本次核验已停止。",
    en: "To protect your account, this verification has been stopped.",
  },
  failedTitle: { "zh-CN": "签署未能完成", en: "Signing could not be completed" },
  failedText: { "zh-CN": "合同没有生效。", en: "The contract did not take effect." },
  systemErrorTitle: { "zh-CN": "系统出现问题", en: "Something went wrong on our side" },
  systemErrorText: {
    "zh-CN": "您已提交的内容都已保存。我们正在处理，请稍后从短信链接返回。",
    en: "Everything you submitted is saved. We are working on it; please come back later through the link in the text message.",
  },

  sending: { "zh-CN": "正在提交…", en: "Sending…" },
  notSent: {
    "zh-CN": "网络不通，没有发送成功。您填写的内容还在，请再按一次。",
    en: "Not sent: there is no connection. Nothing you entered is lost; please press again.",
  },
  serverBusy: {
    "zh-CN": "系统暂时繁忙，没有提交成功。您填写的内容还在，请再按一次。",
    en: "Not sent: the system is busy. Nothing you entered is lost; please press again.",
  },
  tooFast: {
    "zh-CN": "操作过于频繁，请一分钟后再按一次。",
    en: "Too many requests. Please wait a minute, then press again.",
  },
  notAccepted: {
    "zh-CN": "没有被接受，请检查后再按一次。",
    en: "This was not accepted. Please check it and press again.",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** The words the browser code needs; they travel with the page, so the code itself has no language. */
export const browserWords = [
  "sending",
  "notSent",
  "serverBusy",
  "tooFast",
  "notAccepted",
  "consentGiven",
  "drawFirst",
  "typeFirst",
  "amountWrong",
  "remarkWrong",
  "declineReasonFirst",
  "stillWaiting",
  "typeInstead",
  "drawInstead",
  "codeForm",
  "codeOver",
  "noMoreCodes",
] as const satisfies readonly (keyof typeof signingWords)[];
