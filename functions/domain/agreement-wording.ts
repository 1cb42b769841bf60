import type { Fact, Party, SignaturePlace, TemplateBlock } from "./agreement.ts";
import type { UserType } from "./words.ts";

/**
 * What all agreements share: who the parties are, personal information, electronic evidence, term,
 * disputes. Our own wording, a sample until the customer's lawyers have released it.
 */
export const sampleNotice = "示例文本，须经法务审核后方可用于正式签约";

export const heading = (text: string): TemplateBlock => ({ kind: "heading", text });
export const clause = (text: string): TemplateBlock => ({ kind: "clause", text });
export const paragraph = (text: string): TemplateBlock => ({ kind: "paragraph", text });

/** Between which accounts money may move, and for how long: what is checked later, the signer has read (K42). */
export const limits = {
  payer: "付款账户{{payerAccountNo}}；{{authorizedUntil}}",
  pair: "付款账户{{payerAccountNo}}，收款账户{{payeeAccountNo}}；{{authorizedUntil}}",
} as const;

/** Notice, key facts and the two parties, in the order a reader checks them. */
export function opening(userType: UserType, scene: string): TemplateBlock[] {
  return [
    { kind: "notice", text: sampleNotice },
    {
      kind: "facts",
      facts: [
        { label: "合同编号", value: "{{contractId}}" },
        { label: "签约场景", value: scene },
        { label: "资金用途", value: "{{fundPurpose}}" },
        { label: "总部", value: "{{headquartersName}}" },
        { label: "订立日期", value: "{{agreedOn}}" },
      ],
    },
    {
      kind: "parties",
      parties: [
        {
          role: "甲方",
          name: "{{partyAName}}",
          facts: [
            { label: "身份", value: "支付服务提供方" },
            { label: "通知方式", value: "业务系统站内通知" },
          ],
        },
        partyB(userType),
      ],
    },
  ];
}

/** The signer, as the agreement names it at its top. */
export const partyB = (userType: UserType): Party => ({
  role: "乙方",
  name: "{{partyBName}}",
  facts: partyBFacts[userType],
});

const partyBFacts = {
  PERSONAL: [
    { label: "身份证件号码", value: "{{idNumberMasked}}" },
    { label: "手机号码", value: "{{mobileMasked}}" },
    { label: "银行账户", value: "{{bankAccountMasked}}" },
  ],
  ENTERPRISE: [
    { label: "统一社会信用代码", value: "{{creditCode}}" },
    { label: "法定代表人（负责人）", value: "{{legalRepName}}" },
    { label: "法定代表人证件", value: "{{legalRepIdNumberMasked}}" },
    { label: "联系手机", value: "{{mobileMasked}}" },
    { label: "银行账户", value: "{{bankAccountMasked}}" },
  ],
} as const satisfies Record<UserType, readonly Fact[]>;

/** What party B vouches for before anything is authorised. */
export const capacity = {
  PERSONAL: clause(
    "乙方系具有完全民事行为能力的自然人，本人签署本文件，所提供的姓名、证件、手机号码及银行账户信息均真实、准确、完整，且为本人所有。",
  ),
  ENTERPRISE: clause(
    "乙方依法设立并有效存续，签署本文件已取得其章程及内部制度所要求的全部授权，签署人有权代表乙方；乙方提供的登记、法定代表人（负责人）及银行账户信息均真实、准确、完整。",
  ),
} as const satisfies Record<UserType, TemplateBlock>;

/** Personal Information Protection Law, articles 13, 17, 23, 29 and 47: purpose, scope, separate consent, deletion. */
export const personalInformation = {
  PERSONAL: [
    heading("个人信息的处理"),
    clause(
      "为核验身份、完成签署、保存证据并履行法定义务，甲方需要处理乙方的姓名、身份证件号码、手机号码、银行账户、签署笔迹及认证结果。其中身份证件号码、银行账户等属于敏感个人信息，处理以实现前述目的所必需的最小范围为限。",
    ),
    clause(
      "为核验身份，甲方需要将前款必要信息提供给身份认证机构；采用人脸核验的，由认证机构采集并比对人脸信息，甲方仅接收核验结果。乙方在签署页面的确认，即为就敏感个人信息处理及对外提供作出的单独同意。",
    ),
    clause(
      "信息的保存期限为法律规定或实现目的所需的最短期限。乙方有权查阅、复制、更正其个人信息，有权撤回同意或者请求删除；撤回不影响此前处理行为的效力。法律要求继续保存的，甲方仅予存储，不再另作使用。",
    ),
  ],
  ENTERPRISE: [
    heading("信息与个人信息的处理"),
    clause(
      "为核验主体身份、完成签署、保存证据并履行法定义务，甲方需要处理乙方的登记信息、银行账户，以及乙方法定代表人（负责人）的姓名、证件号码和联系手机，并将必要信息提供给身份认证机构与付款银行。",
    ),
    clause(
      "乙方提供前述人员个人信息前，应当已向其告知处理目的、方式、种类与保存期限，并已依法取得其同意（涉及敏感个人信息的，为单独同意）。相关人员可以向甲方行使查阅、复制、更正与删除的权利。",
    ),
    clause(
      "信息的保存期限为法律规定或实现目的所需的最短期限；期满后甲方删除或匿名化处理。法律要求继续保存的，甲方仅予存储，不再另作使用。",
    ),
  ],
} as const satisfies Record<UserType, readonly TemplateBlock[]>;

/** Electronic Signature Law, articles 3, 4, 7, 13 and 14. */
export const electronicEvidence: readonly TemplateBlock[] = [
  heading("电子签署与证据"),
  clause(
    "双方同意以数据电文形式订立本文件并使用电子签名。乙方通过发送至其手机的专属链接阅读全文、确认同意并手写签名，且经身份认证通过后，视为乙方本人的真实意思表示，与手写签名或者盖章具有同等法律效力。",
  ),
  clause(
    "甲方对文件内容、短信发送、页面打开、确认、签名及认证等各环节分别记录时间与内容的摘要（SHA-256），依次链接成证据链，并在流程结束时加以固化。本文件正文的摘要载于每页页脚，任何改动均可据此发现。",
  ),
  clause(
    "双方认可上述证据链及由其生成的证据包可以作为认定本文件签署事实的证据。乙方可以随时取得本文件及证据包的副本，并可依公开的方法自行验证。",
  ),
];

/** Civil Code, articles 562 to 566 and 933: a mandate can be withdrawn at any time. */
export const termAndRevocation = (what: string): TemplateBlock[] => [
  heading("期限、变更与撤销"),
  clause(
    `本文件自乙方完成签署且身份认证通过之时起生效，有效期两年；期满前三十日内双方均未书面提出异议的，按相同条件续展一年，续展以一次为限。签署链接失效、认证未通过或者乙方拒绝签署的，本文件不生效。`,
  ),
  clause(
    `乙方可以随时通过业务系统或者书面通知撤销${what}。甲方应当在收到撤销通知后一个工作日内停止依据本文件办理新的业务；停止之前已经受理的指令继续执行，其结果由乙方承担。`,
  ),
  clause(
    "资金用途、银行账户或者对方主体发生变更的，应当重新签署。甲方为遵守监管要求调整服务的，应当提前十五日通知乙方；乙方不同意的，可以解除本文件。",
  ),
];

export const liabilityAndDisputes: readonly TemplateBlock[] = [
  heading("责任、争议解决及其他"),
  clause(
    "任何一方违反本文件造成对方损失的，应当赔偿对方因此遭受的直接损失。因不可抗力或者银行、清算机构等第三方系统故障导致处理迟延的，受影响的一方应当及时通知对方并采取合理的补救措施，在法律允许的范围内不承担违约责任。",
  ),
  clause(
    "本文件适用中华人民共和国法律。因本文件产生的争议，双方应当先行协商；协商不成的，任何一方均可向有管辖权的人民法院提起诉讼。",
  ),
  clause(
    "本文件各条款相互独立，部分条款无效不影响其余条款的效力。本文件以电子形式保存，双方各执一份，内容以载有上述摘要的版本为准。",
  ),
];

/** Both signature places; the note keeps paper readers from looking for ink. */
export const signatures = (userType: UserType): TemplateBlock => ({
  kind: "signatures",
  places: [
    {
      role: "甲方",
      name: "{{partyAName}}",
      facts: [{ label: "身份", value: "支付服务提供方" }],
      note: "电子签章，以证据包记录为准",
    },
    placeOfPartyB(userType),
  ],
});

/** Where the signer signs. */
export const placeOfPartyB = (userType: UserType): SignaturePlace => ({
  role: "乙方",
  name: "{{partyBName}}",
  facts: signerFacts[userType],
  note: "电子签名，认证结果见证据包",
});

/** By what a reader of the signature page tells the signer from others of the same name. */
const signerFacts = {
  PERSONAL: [{ label: "身份证件号码", value: "{{idNumberMasked}}" }],
  ENTERPRISE: [
    { label: "统一社会信用代码", value: "{{creditCode}}" },
    { label: "法定代表人（负责人）", value: "{{legalRepName}}" },
    { label: "法定代表人证件", value: "{{legalRepIdNumberMasked}}" },
  ],
} as const satisfies Record<UserType, readonly Fact[]>;
