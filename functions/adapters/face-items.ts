import type {
  FaceBizType,
  FaceMode,
  FaceState,
  FaceVerification,
  FaceVerificationId,
} from "../domain/face-verification.ts";
import type { DataKey } from "./data-key.ts";

/**
 * A face check as it lies in DynamoDB, under the names of C-19. What names the person, what opens the vendor's
 * page and what a client's callback is authorised by are encrypted; `verification_url` lacks its token, which
 * only we can compute (K26).
 */

/** What the client asked for and what the vendor answered; none of it decides anything. */
export type FaceDetails = {
  readonly name: string;
  readonly idCardNo: string;
  readonly mobile?: string;
  readonly callbackUrl: string;
  /** C-02: sent back on every callback. */
  readonly callbackHeaders?: Readonly<Record<string, string>>;
  readonly uiConfig?: UiConfig;
  readonly verificationUrl: string;
  readonly fieldFingerprints: Readonly<Record<string, string>>;
  readonly handOff?: HandOff;
};

type UiConfig = {
  readonly title?: string | undefined;
  readonly logoUrl?: string | undefined;
  readonly themeColor?: string | undefined;
};

/** Where a try goes on: the vendor's page, or what its SDK is started with. */
export type HandOff = { readonly try: number } & (
  | { readonly url: string }
  | { readonly sdk: SdkConfig }
);

/** C-03. */
type SdkConfig = {
  readonly appId: string;
  readonly nonce: string;
  readonly signature: string;
};

export function detailsColumns(id: string, details: FaceDetails, key: DataKey) {
  const sealed = (name: string, value: unknown) =>
    value === undefined ? undefined : key.encryptJson(`${id}#${name}`, value);
  return {
    user_name: sealed("user_name", details.name),
    id_card_no: sealed("id_card_no", details.idCardNo),
    mobile: sealed("mobile", details.mobile),
    callback_url: details.callbackUrl,
    callback_headers: sealed("callback_headers", details.callbackHeaders),
    ui_config: details.uiConfig,
    verification_url: details.verificationUrl,
    field_fingerprints: details.fieldFingerprints,
  };
}

export function detailsFromItem(
  id: string,
  item: Readonly<Record<string, unknown>>,
  key: DataKey,
): FaceDetails {
  const open = (name: string): unknown =>
    item[name] === undefined ? undefined : key.decryptJson(`${id}#${name}`, item[name] as Buffer);
  const optional = <Name extends string>(name: Name, value: unknown) =>
    (value === undefined ? {} : { [name]: value }) as Readonly<Record<Name, never>>;
  return {
    name: String(open("user_name")),
    idCardNo: String(open("id_card_no")),
    ...optional("mobile", open("mobile")),
    callbackUrl: String(item.callback_url),
    ...optional("callbackHeaders", open("callback_headers")),
    ...optional("uiConfig", item.ui_config),
    verificationUrl: String(item.verification_url),
    fieldFingerprints: (item.field_fingerprints ?? {}) as FaceDetails["fieldFingerprints"],
    ...optional("handOff", open("hand_off")),
  };
}

/** The columns that change with the check; those of C-19 that are not known yet are undefined. */
export function stateColumns(face: FaceVerification): Record<string, unknown> {
  const { id: _id, bizId, bizType, createdAt: _at, updatedAt, expiresAt, length, ...rest } = face;
  const { state, ...more } = rest;
  const found = state.status === "SUCCESS" || state.status === "FAILED" ? state : undefined;
  return {
    version: length,
    biz_id: bizId,
    biz_type: bizType,
    status: state.status,
    face_score: found?.score === undefined ? undefined : Number(found.score),
    thirdparty_transaction_no: found?.transactionNo,
    fail_reason: state.status === "FAILED" ? state.reason : undefined,
    expires_at: expiresAt,
    verified_at: "at" in state ? state.at : undefined,
    updated_at: updatedAt,
    state: JSON.stringify(more),
  };
}

export function faceFromItem(item: Readonly<Record<string, unknown>>): FaceVerification {
  return {
    id: item.verification_id as FaceVerificationId,
    bizId: String(item.biz_id),
    bizType: item.biz_type as FaceBizType,
    createdAt: String(item.created_at),
    updatedAt: String(item.updated_at),
    expiresAt: String(item.expires_at),
    length: Number(item.version),
    state: stateFromItem(item),
    ...(JSON.parse(String(item.state)) as {
      readonly owner: string;
      readonly mode: FaceMode;
      readonly fingerprint: string;
      readonly subject: string;
      readonly try: number;
      readonly vendorCalls: number;
      readonly ignoredResults: number;
      readonly head: string;
    }),
  };
}

function stateFromItem(item: Readonly<Record<string, unknown>>): FaceState {
  const { status, verified_at, fail_reason, thirdparty_transaction_no, face_score } = item;
  return {
    status,
    ...(verified_at === undefined ? {} : { at: verified_at }),
    ...(fail_reason === undefined ? {} : { reason: fail_reason }),
    ...(thirdparty_transaction_no === undefined
      ? {}
      : { transactionNo: thirdparty_transaction_no }),
    ...(face_score === undefined ? {} : { score: Number(face_score).toFixed(4) }),
  } as FaceState;
}
