import type { TemplateBlock } from "./agreement.ts";
import type { AgreementType } from "./agreement-types.ts";
import {
  capacity,
  clause,
  electronicEvidence,
  heading,
  liabilityAndDisputes,
  limits,
  opening,
  paragraph,
  personalInformation,
  signatures,
  termAndRevocation,
} from "./agreement-wording.ts";
import type { UserType } from "./words.ts";

/** 2 shows the accounts and the term of the mandate (K42). */
export const agreementVersions = [1, 2] as const;
export type AgreementVersion = (typeof agreementVersions)[number];

type Body = {
  /** How the scene is called in the table of facts. */
  readonly scene: string;
  /** What a party withdraws when it revokes. */
  readonly mandate: string;
  /** What the mandate is limited to; beside the scene, for another line would cost some agreement a page. */
  readonly limit: string;
  readonly terms: (userType: UserType) => readonly TemplateBlock[];
};

/** The whole text of one agreement type for one kind of signer, in the wording of a released version. */
export function agreementBody(
  agreementType: AgreementType,
  userType: UserType,
  version: AgreementVersion,
): TemplateBlock[] {
  const { scene, mandate, limit, terms } = bodies[agreementType];
  return [
    ...opening(userType, version === 1 ? scene : `${scene}：${limit}`),
    ...terms(userType),
    ...personalInformation[userType],
    ...electronicEvidence,
    ...termAndRevocation(mandate),
    ...liabilityAndDisputes,
    signatures(userType),
  ];
}

const bodies = {
  RELATION_BINDING_AGREEMENT: {
    scene: "关系绑定",
    mandate: "关系绑定",
    limit: limits.pair,
    terms: (userType) => [
      paragraph(
        "乙方与总部存在业务合作，总部拟通过甲方的支付服务向乙方划付款项。为明确收付款关系、保障资金安全，甲乙双方在平等自愿的基础上订立本协议。",
      ),
      heading("绑定的内容"),
      clause(
        "“总部”指首部所列、在甲方开立账户并发出付款指令的主体。“关系绑定”指甲方在系统中登记总部与乙方之间的收付款关系，作为后续划付的前提。",
      ),
      clause(
        "乙方确认其与总部的业务关系真实、合法，同意甲方登记该关系，并同意接收总部为首部所列资金用途经甲方划付的款项。超出该用途的划付不在本协议范围之内。",
      ),
      clause("关系绑定本身不构成对任何款项的付款承诺，也不授权任何人从乙方账户扣划资金。"),
      heading("收款账户与办理"),
      clause(
        "乙方指定首部所列银行账户，或者其在业务系统中登记并经核验的账户为收款账户。账户信息有误或者状态异常导致款项退回、迟延的，由乙方承担相应后果。",
      ),
      clause(
        "乙方授权甲方按照总部的付款指令办理入账。甲方核对指令与登记的关系、收款账户及资金用途是否一致，不一致的应当拒绝办理；甲方不介入总部与乙方之间的基础交易。",
      ),
      clause(
        "因重复、错误或者欺诈划入的款项，乙方应当在接到通知后及时退回，甲方应当提供必要的协助。",
      ),
      heading("双方的承诺"),
      capacity[userType],
      clause(
        "甲方依法持有支付业务许可，妥善保管乙方的信息与资金记录，及时、准确地执行符合约定的指令，并应乙方请求提供划付明细。",
      ),
    ],
  },
  SETTLEMENT_POWER_OF_ATTORNEY: {
    scene: "关系绑定（结算委托）",
    mandate: "结算委托",
    limit: limits.pair,
    terms: (userType) => [
      paragraph(
        "乙方作为委托人，就其应收款项的结算事宜委托甲方作为受托人办理，并出具本委托书。甲方接受委托，双方共同遵守下列约定。",
      ),
      heading("委托事项"),
      clause(
        "乙方委托甲方将总部因首部所列资金用途应付乙方的款项，按照总部与乙方确认的金额和周期，结算至乙方指定的收款账户。",
      ),
      clause(
        "受托权限为：接收并核对结算数据；办理款项的清分与划付；就差错、退回及重新划付与总部、银行进行必要的沟通。甲方不得转委托，法律另有规定或者乙方另行书面同意的除外。",
      ),
      clause(
        "本委托不包括出借、担保、投资以及变更收款账户的权限。甲方应当将乙方的款项与自有资金分别核算。",
      ),
      heading("结算账户"),
      clause(
        "收款账户为首部所列银行账户，或者乙方在业务系统中登记并经核验的账户。乙方保证该账户可以正常收款；变更账户应当重新核验并重新签署。",
      ),
      clause(
        "甲方将款项划入收款账户即完成相应款项的结算。乙方对结算结果有异议的，应当自结算之日起三十日内提出，甲方应当在十个工作日内核实并答复。",
      ),
      heading("双方的承诺"),
      capacity[userType],
      clause(
        "乙方对所委托结算的款项享有合法权利，款项来源与用途不违反法律。甲方以善良管理人的注意处理委托事务，并按照乙方的要求报告办理情况。",
      ),
    ],
  },
  PAYOUT_AUTHORIZATION_AGREEMENT: {
    scene: "开通付款",
    mandate: "代付授权",
    limit: limits.payer,
    terms: (userType) => [
      paragraph(
        "乙方需要通过甲方的支付服务向其门店、会员或者其他收款方批量付款。甲乙双方在平等自愿的基础上，就代付授权订立本协议。",
      ),
      heading("授权事项"),
      clause(
        "乙方授权甲方按照乙方或者乙方指定业务系统发出的付款指令，从乙方在甲方开立的账户中划付款项至指令载明的收款方，用于首部所列的资金用途。",
      ),
      clause(
        "甲方仅向已经与乙方完成关系绑定的收款方付款。收款方未绑定、指令超出资金用途、账户余额不足或者存在风险提示的，甲方有权拒绝并应当说明原因。",
      ),
      clause(
        "付款的单笔限额、当日限额与手续费标准以乙方在业务系统中确认的为准；未经乙方确认，甲方不得提高限额或者增加收费项目。",
      ),
      heading("指令与资金安全"),
      clause(
        "经乙方密钥签名并通过甲方校验的指令，视为乙方发出。乙方应当妥善保管密钥；发现遗失、泄露或者被冒用的，应当立即通知甲方，甲方收到通知后应当立即停止执行新的指令。",
      ),
      clause(
        "指令一经执行成功不可撤回。对结果不明的付款，甲方应当先行查询，在确认未成功之前不得重复付款；付款失败的款项应当退回乙方原账户。",
      ),
      clause(
        "甲方应当逐笔保留付款记录并提供对账数据。乙方应当及时核对，发现差错的，双方应当共同查明并更正。",
      ),
      heading("双方的承诺"),
      capacity[userType],
      clause(
        "乙方保证付款的资金来源合法、交易背景真实，不利用代付服务从事洗钱、套现等违法活动，并配合甲方依法开展的客户尽职调查。甲方依法持有支付业务许可，不挪用乙方资金。",
      ),
    ],
  },
  PAYOUT_AUTHORIZATION_LETTER: {
    scene: "开通付款（单方授权）",
    mandate: "代付授权",
    limit: limits.payer,
    terms: (userType) => [
      paragraph(
        "乙方已与甲方建立支付服务关系。现乙方以本授权书向甲方作出下列授权，甲方据以办理代付业务。本授权书未尽事宜，适用双方既有的服务约定。",
      ),
      heading("授权内容"),
      clause(
        "乙方授权甲方依据乙方发出的付款指令，从乙方在甲方开立的账户向指令载明且已完成关系绑定的收款方划付款项，用于首部所列的资金用途。",
      ),
      clause(
        "授权范围包括：校验指令、扣划款项、办理入账、处理退回款项以及提供对账数据。授权不包括变更收款方、提高限额以及将款项用于其他用途。",
      ),
      clause(
        "乙方承认甲方在授权范围内依指令办理的付款与乙方亲自办理具有同等效力，其法律后果由乙方承担。",
      ),
      heading("授权的行使"),
      clause(
        "甲方应当核对指令的签名、收款方与资金用途，不相符的不得执行。对结果不明的付款，甲方应当先行查询，在确认未成功之前不得重复付款。",
      ),
      clause(
        "乙方发现密钥遗失、泄露或者指令异常的，应当立即通知甲方；甲方收到通知后应当立即停止执行新的指令。因甲方未及时停止而扩大的损失，由甲方承担。",
      ),
      heading("乙方的声明"),
      capacity[userType],
      clause(
        "乙方声明付款的资金来源合法、交易背景真实，已充分阅读并理解本授权书的全部内容及其法律后果。",
      ),
    ],
  },
  POOLING_AUTHORIZATION_AGREEMENT: {
    scene: "归集授权",
    mandate: "归集授权",
    limit: limits.pair,
    terms: (userType) => [
      paragraph(
        "乙方为总部旗下门店，总部需要对门店经营收款进行统一管理。甲乙双方在平等自愿的基础上，就乙方授权将其账户资金归集至总部订立本协议。",
      ),
      heading("归集授权"),
      clause(
        "乙方授权甲方按照总部发出的归集指令，从乙方在甲方开立的账户中划转资金至总部在甲方开立的账户，用于首部所列的资金用途。",
      ),
      clause(
        "归集比例为{{poolingRatio}}，以乙方账户中已结算且无权利限制的可用余额为限。甲方不得因归集使乙方账户透支，也不得归集被依法冻结、止付的资金。",
      ),
      clause(
        "归集的受益人仅为首部所列总部。总部的账户、主体或者归集比例发生变更的，应当由乙方重新签署；未重新签署的，甲方应当拒绝执行。",
      ),
      heading("归集的执行"),
      clause(
        "甲方在执行前核对归集指令的发起方、受益账户、比例及授权有效期，任何一项不相符的不得执行。每笔归集均应当记录，乙方可以随时查询明细与余额。",
      ),
      clause(
        "乙方与总部之间因归集资金形成的权利义务，由双方自行约定与结清；甲方不对归集资金的后续使用承担责任，但应当配合提供划转记录。",
      ),
      clause(
        "乙方对归集有异议的，可以随时要求暂停；甲方应当在收到要求后一个工作日内暂停，并通知总部。",
      ),
      heading("双方的承诺"),
      capacity[userType],
      clause(
        "乙方对被归集的资金享有合法权利，归集不损害其债权人、员工及税收等方面的法定权益。甲方依法持有支付业务许可，不挪用、占用被归集的资金。",
      ),
    ],
  },
} as const satisfies Record<AgreementType, Body>;
