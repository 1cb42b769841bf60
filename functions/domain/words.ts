/** What is signed for: 关系绑定, 开通付款 and 归集授权 (B-01). */
export const bizScenes = ["RELATION_BIND", "OPEN_PAYMENT", "POOLING_AUTH"] as const;
export type BizScene = (typeof bizScenes)[number];

/** 对私 and 对公. */
export const userTypes = ["PERSONAL", "ENTERPRISE"] as const;
export type UserType = (typeof userTypes)[number];

/** 归集, 批量付款, 会员结算 (B-18): why the money will move. */
export const fundScenes = ["POOLING", "BATCH_PAYMENT", "MEMBER_SETTLEMENT"] as const;
export type FundScene = (typeof fundScenes)[number];

/** 总部, 门店, 接收方 (B-18). */
export const subjectRoles = ["HEADQUARTERS", "STORE", "RECEIVER"] as const;
