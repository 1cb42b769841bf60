import {
  accepted,
  consent,
  generate,
  invite,
  requestChallenge,
  sent,
  sign,
  verified,
} from "../story.ts";

/** A contract of document C with one signer by face, code and hand. */
export const agreementFacts = {
  profile: "agreement",
  bizType: "RELATIONSHIP_AGREEMENT",
  signer1: "1 PERSONAL FACE RECEIVER - - FACE_AND_SMS -",
} as const;

const signer = 1;
export const requestOtp = {
  type: "requestOtp",
  signer,
  number: 1,
  code: "402913",
  mobile: "13800138000",
} as const;
export const otpSent = {
  type: "otpSent",
  signer,
  number: 1,
  provider: "simulator",
  providerMessageId: "P2",
} as const;
export const rightCode = { type: "submitOtp", signer, number: 1, matches: true } as const;
export const wrongCode = { ...rightCode, matches: false } as const;

/** From the agreement to the face that matched. */
export const faceShown = [
  generate,
  invite,
  sent,
  consent,
  requestChallenge,
  accepted,
  verified,
] as const;

export const signedByFaceAndCode = [...faceShown, requestOtp, otpSent, rightCode, sign] as const;
