/** Every sentence the verifier says, in both languages. {places} are filled by the claim. */
export type Language = "en" | "zh-CN";
type Text = Readonly<Record<Language, string>>;

const text = (en: string, zh: string): Text => ({ en, "zh-CN": zh });

/** What is claimed, as a reader would ask it. */
export const titles = {
  outcome: text("How the contract ended", "合同的结果"),
  agreement: text("What was signed", "所签的内容"),
  signer: text("Who signed, and when", "谁在何时签署"),
  verified: text("How the signer was verified", "签署人如何核验"),
  disclosures: text("Personal details", "个人信息"),
  pdfKnown: text("Every version of the signed PDF is on record", "签署文件的每个版本均有记录"),
  pdfUnchanged: text("Nothing but signatures was added to the PDF", "文件除签名外未作改动"),
  pdfSignature: text("Signature in the PDF", "文件中的签名"),
  pdfOrder: text("Whoever signed is in the PDF, in order", "签署人均在文件中，顺序一致"),
  pdfWhole: text("A time-stamp covers the whole PDF", "时间戳覆盖整个文件"),
  container: text("The bundle is whole", "证据包完整"),
  files: text("No file was changed, added or removed", "文件未被修改、增加或删除"),
  steps: text("Every step is there, in order", "每一步骤齐全且有序"),
  covers: text("The seal covers exactly these steps", "封存恰好覆盖这些步骤"),
  sealed: text("Sealed by whom", "由谁封存"),
  trusted: text("By a key you trust", "密钥可信"),
  stamped: text("Existed at the time of the time-stamp", "时间戳时刻已存在"),
  logged: text("Entered in the public log", "已记入公开日志"),
} as const satisfies Record<string, Text>;

export type Title = keyof typeof titles;

const messages = {
  // What holds.
  completed: text(
    "signed, verified and sealed; last step {at}",
    "已签署、已核验、已封存；最后一步 {at}",
  ),
  ended: text("{step} at {at}; nothing took effect", "{step}，{at}；未生效"),
  agreementHolds: text(
    "the document the signer read; SHA-256 {hash}",
    "签署人阅读的文件；SHA-256 {hash}",
  ),
  agreementUnsigned: text(
    "generated, signed by nobody; SHA-256 {hash}",
    "已生成，无人签署；SHA-256 {hash}",
  ),
  agreementNone: text("none was generated", "未生成协议"),
  signerHolds: text(
    "signer {signer}, {at} by the platform's clock",
    "签署人 {signer}，{at}（平台时钟）",
  ),
  signerSealed: text(
    "signer {signer}, sealed by the platform under {mandate}, {at}",
    "签署人 {signer}，平台依据 {mandate} 代为签章，{at}",
  ),
  partyASealed: text(
    "party A, sealed by the platform under {mandate}, {at}",
    "甲方，平台依据 {mandate} 代为签章，{at}",
  ),
  verifiedHolds: text(
    "signer {signer} by {method}, {at} ({id})",
    "签署人 {signer}，{method}，{at}（{id}）",
  ),
  disclosuresHold: text(
    "{count} values, each the one recorded then",
    "{count} 项，均与当时记录一致",
  ),
  pdfKnownHolds: text(
    "{count} versions, the first is the agreement",
    "共 {count} 个版本，首个即协议原文",
  ),
  pdfUnchangedHolds: text(
    "{count} additions, each a signature or validation data",
    "追加 {count} 次，均为签名或验证数据",
  ),
  signatureStamped: text(
    "{field}: {who}, certificate by {issuer}; {at} by the clock of {authority}",
    "{field}：{who}，证书由 {issuer} 签发；{at}（{authority} 时钟）",
  ),
  signatureUnstamped: text(
    "{field}: {who}, certificate by {issuer}; no time-stamp, the platform's clock alone",
    "{field}：{who}，证书由 {issuer} 签发；无时间戳，仅平台时钟",
  ),
  pdfOrderHolds: text("{count} of {count}", "{count} 人，共 {count} 人"),
  containerHolds: text(
    "{count} files, {bytes} bytes, nothing between them",
    "{count} 个文件，{bytes} 字节，无夹带",
  ),
  filesHold: text("{count} digests compared", "已比对 {count} 个摘要"),
  filesErased: text(
    "{count} digests compared; erased: {names}",
    "已比对 {count} 个摘要；已删除：{names}",
  ),
  stepsHold: text("{count} steps from {from} to {to}", "{count} 个步骤，自 {from} 至 {to}"),
  coversHolds: text("root {root}", "根 {root}"),
  sealedHolds: text(
    "{who}, certificate by {issuer}, valid from {from} to {to}",
    "{who}，证书由 {issuer} 签发，有效期 {from} 至 {to}",
  ),
  trustedHolds: text("{who} leads to a root you gave", "{who} 可追溯至你提供的根证书"),
  stampedHolds: text("{at} by the clock of {authority}", "{at}（{authority} 时钟）"),
  loggedHolds: text("leaf {index} of {size} in {origin}", "{origin} 第 {index} 叶，共 {size} 叶"),
  loggedWitnessed: text(
    "leaf {index} of {size} in {origin}, as your witness saw it",
    "{origin} 第 {index} 叶，共 {size} 叶，与见证一致",
  ),

  // What cannot be told.
  erased: text(
    "erased at the person's request; the proofs around it stand",
    "已应本人要求删除；其余证明不受影响",
  ),
  noRoots: text("not checked: give --roots", "未检查：请提供根证书（--roots）"),
  stampedNoRoots: text(
    "{at} says {authority}; not checked: give --roots",
    "{authority} 称为 {at}；未检查：请提供根证书（--roots）",
  ),
  noStamp: text(
    "no time-stamp authority was reachable then; the times are the platform's",
    "当时没有可用的时间戳机构；时间均为平台时钟",
  ),
  noLog: text("the bundle has no proof of the log", "证据包中没有日志证明"),
  loggedUntrusted: text(
    "leaf {index} of {size} in {origin}; not checked whose log it is: give --log-key or --roots",
    "{origin} 第 {index} 叶，共 {size} 叶；未检查日志归属：请提供 --log-key 或 --roots",
  ),
  witnessOlder: text(
    "leaf {index} of {size} in {origin}; your witness is older, with {seen} leaves",
    "{origin} 第 {index} 叶，共 {size} 叶；你的见证较早，仅 {seen} 叶",
  ),
  stepsBroken: text("not checked: the steps do not hold", "未检查：步骤本身不成立"),
  sealBroken: text("not checked: the seal does not hold", "未检查：封存签名不成立"),

  // What is wrong.
  unreadable: text("cannot be read: {why}", "无法读取：{why}"),
  notEvidence: text("neither an evidence bundle nor a PDF", "既不是证据包也不是 PDF"),
  tooLarge: text(
    "larger than {limit} bytes, which no bundle is",
    "超过 {limit} 字节，证据包不会如此之大",
  ),
  tooManyFiles: text("more than {limit} files", "文件超过 {limit} 个"),
  notZip: text("not a zip, or cut off", "不是 zip，或已被截断"),
  zipForm: text("not as bundles are written: {what}", "不符合证据包的写法：{what}"),
  twiceInZip: text("two files of this name", "存在两个同名文件"),
  checksum: text("the content does not match its checksum", "内容与校验和不符"),
  mimetype: text(
    "the first file must be the plain mimetype of ASiC-E",
    "首个文件必须是未压缩的 ASiC-E mimetype",
  ),
  fileMissing: text("missing", "缺失"),
  fileUnlisted: text("not in the signed list of files", "不在已签名的文件清单中"),
  fileChanged: text("changed: its SHA-256 is not the listed one", "已被修改：SHA-256 与清单不符"),
  manifestForm: text("not a manifest as the format says: {what}", "清单不符合格式：{what}"),
  manifestReference: text("refers to {reference}", "引用了 {reference}"),
  noEntries: text("no steps", "没有步骤"),
  entryMissing: text("missing, or a step follows that has no number", "缺失，或其后有未编号的步骤"),
  notJson: text("not JSON of the expected size and depth", "不是符合大小与层级的 JSON"),
  notCanonical: text("not in canonical form (RFC 8785)", "不是规范形式（RFC 8785）"),
  entryForm: text("not a step as the format describes it", "不符合步骤格式"),
  entryIndex: text("says it is number {index}", "自称第 {index} 号"),
  entryContract: text("belongs to another contract", "属于另一份合同"),
  entryPrev: text("does not follow the step before it", "与前一步骤不衔接"),
  endMissing: text(
    "the steps do not lead to an end: {missing} is missing",
    "步骤没有结局：缺少 {missing}",
  ),
  signerMissing: text(
    "complete, though signer {signer} never signed",
    "已完成，但签署人 {signer} 从未签署",
  ),
  endTwice: text("two ends that exclude each other", "存在两个互斥的结局"),
  statementForm: text("not the statement of this contract", "不是本合同的封存声明"),
  statementRoot: text("sealed another root or another number of steps", "封存的根或步骤数不同"),
  agreementOther: text("another document than the one that was signed", "不是当时签署的文件"),
  agreementUnknown: text("no step knows of this document", "没有步骤记录此文件"),
  notVerified: text("signer {signer} was never verified", "签署人 {signer} 从未通过核验"),
  disclosureForm: text("not as disclosures are written", "不符合披露文件的格式"),
  disclosureOther: text(
    "step {index}: {name} is not the value recorded then",
    "步骤 {index}：{name} 与当时记录不符",
  ),
  signatureMissing: text(
    "signer {signer} has no signature in the PDF",
    "签署人 {signer} 在文件中没有签名",
  ),
  pdfUnknown: text("no step knows of this file", "没有步骤记录此文件"),
  pdfRevision: text("version {name} is not as the steps record it", "版本 {name} 与步骤记录不符"),
  pdfForm: text("not a PDF as signed agreements are: {what}", "不符合签署文件的结构：{what}"),
  pdfTail: text("{bytes} bytes after the last version", "最后版本之后还有 {bytes} 字节"),
  pdfGap: text(
    "bytes outside of objects before object {number}",
    "对象 {number} 之前有对象之外的字节",
  ),
  pdfObject: text("object {number} is not as it is listed", "对象 {number} 与目录不符"),
  shadowContent: text(
    "shadow content: {what} changed more than a signature may",
    "影子内容：{what} 的改动超出签名所允许",
  ),
  pdfRange: text("does not cover the file as it was then", "未覆盖当时的整个文件"),
  pdfHole: text("something else beside the signature", "签名旁有其他内容"),
  pdfSignatureKind: text("a kind of signature nobody made here: {type}", "未知的签名类型：{type}"),
  noSignature: text("nobody signed this file", "此文件无人签名"),
  notWhole: text("the last time-stamp does not cover the whole file", "最后的时间戳未覆盖整个文件"),
  notCertified: text(
    "the first signature must be the platform's certification",
    "首个签名必须是平台的认证签名",
  ),
  signatureOrder: text("the signatures are not in the order of signing", "签名顺序与签署顺序不符"),
  otherSubject: text(
    "the certificate of {who} is not bound to this contract and verification",
    "{who} 的证书未与本合同及核验绑定",
  ),
  stampTooEarly: text("time-stamped {at}, before the signer signed", "时间戳 {at} 早于签署时间"),
  cmsNoCertificate: text("does not bring the signer's certificate", "未附签名者证书"),
  cmsContentType: text("signs another type of content", "签名的内容类型不同"),
  cmsOtherContent: text(
    "signs other content: something in it was changed",
    "签名对应其他内容：内容已被修改",
  ),
  cmsOtherCertificate: text("names another certificate", "指向另一张证书"),
  cmsSignature: text("the signature of {who} does not hold", "{who} 的签名无效"),
  strangeCertificate: text(
    "brings a certificate that leads nowhere: {who}",
    "附带了无关证书：{who}",
  ),
  tokenKind: text("not a time-stamp over SHA-256", "不是基于 SHA-256 的时间戳"),
  tokenImprint: text("stamps other content", "时间戳对应其他内容"),
  tokenPurpose: text("{who} may not issue time-stamps", "{who} 无权签发时间戳"),
  notValidThen: text("the certificate of {who} was not valid at {at}", "{who} 的证书在 {at} 无效"),
  badCertificate: text(
    "the certificate of {who} is not by the issuer it names",
    "{who} 的证书并非其所称签发者所签",
  ),
  notTrusted: text("{who} leads to no root you gave", "{who} 不能追溯至你提供的根证书"),
  notForSigning: text("made with a certificate that is not for this", "所用证书不适用于此"),
  proofForm: text("not a proof of this statement", "不是本声明的证明"),
  proofFails: text(
    "the proof does not lead to the root of the checkpoint",
    "证明未能导出检查点的根",
  ),
  noteForm: text("not a signed checkpoint of {origin}", "不是 {origin} 的签名检查点"),
  noteSignature: text("not signed by the log's key", "未由日志密钥签名"),
  logKeyOther: text("the log's key is another than the one you gave", "日志密钥与你提供的不同"),
  witnessOther: text(
    "your witness saw another leaf at {index}",
    "你的见证在第 {index} 叶看到的是另一叶",
  ),
} as const satisfies Record<string, Text>;

export type Message = keyof typeof messages;

/** A message in a language, its places filled. */
export function wordsOf(
  said: { readonly message: Message; readonly values: Readonly<Record<string, string | number>> },
  language: Language,
): string {
  return messages[said.message][language].replace(/\{(\w+)\}/g, (_, name) =>
    String(said.values[name] ?? ""),
  );
}
