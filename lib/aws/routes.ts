/** The file under functions/api that answers a route. */
export type Route = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly file: string;
};

/**
 * Partners and the verification system sign their requests; a signer holds a link;
 * the log is everybody's, and so is the page that checks a file.
 */
export const routes = [
  { method: "POST", path: "/v1/contracts", file: "create-contract" },
  { method: "GET", path: "/v1/contracts/{contractId}", file: "get-contract" },
  { method: "GET", path: "/v1/contracts/{contractId}/evidence", file: "get-evidence" },
  { method: "GET", path: "/v1/contracts/{contractId}/evidence/bundle", file: "download-bundle" },
  { method: "GET", path: "/v1/contracts/{contractId}/agreement", file: "download-agreement" },
  { method: "POST", path: "/v1/contracts/{contractId}/sms", file: "resend-sms" },
  { method: "POST", path: "/v1/contracts/{contractId}/revoke", file: "revoke-contract" },
  {
    method: "POST",
    path: "/v1/contracts/{contractId}/withdraw",
    file: "withdraw-authorization",
  },
  {
    method: "POST",
    path: "/v1/contracts/{contractId}/callback/auth",
    file: "receive-verification",
  },
  { method: "GET", path: "/h5/{token}", file: "show-signing-page" },
  { method: "POST", path: "/h5/{token}/open", file: "open-link" },
  { method: "POST", path: "/h5/{token}/consent", file: "give-consent" },
  { method: "POST", path: "/h5/{token}/otp", file: "send-otp" },
  { method: "POST", path: "/h5/{token}/code", file: "check-otp" },
  { method: "POST", path: "/h5/{token}/sign", file: "sign-agreement" },
  { method: "POST", path: "/h5/{token}/verification", file: "submit-verification" },
  { method: "POST", path: "/h5/{token}/decline", file: "decline-contract" },
  { method: "GET", path: "/v1/log/checkpoint", file: "get-checkpoint" },
  { method: "GET", path: "/v1/log/key", file: "get-log-key" },
  { method: "GET", path: "/v1/log/leaves", file: "list-leaves" },
  { method: "GET", path: "/v1/log/inclusion/{leafHash}", file: "prove-inclusion" },
  { method: "GET", path: "/v1/log/consistency", file: "prove-consistency" },
  { method: "GET", path: "/v1/openapi/{dialect}", file: "get-openapi" },
  { method: "GET", path: "/s/{code}", file: "follow-short-link" },
  { method: "POST", path: "/api/v1/contract/initiate", file: "initiate-agreement" },
  { method: "GET", path: "/api/v1/contract/{contractId}", file: "get-agreement" },
  { method: "POST", path: "/api/v1/contract/{contractId}/revoke", file: "revoke-agreement" },
  { method: "POST", path: "/api/v1/contract/{contractId}/sign-url", file: "renew-sign-url" },
  { method: "POST", path: "/api/v1/contract/verify", file: "verify-contract" },
  { method: "POST", path: "/api/v1/template", file: "save-template" },
  { method: "GET", path: "/api/v1/template", file: "list-templates" },
  { method: "GET", path: "/api/v1/template/{templateId}", file: "get-template" },
  { method: "POST", path: "/api/v1/template/{templateId}/activate", file: "activate-template" },
  { method: "GET", path: "/verify", file: "show-verify-page" },
  { method: "GET", path: "/verify/{contractId}", file: "show-verify-page" },
  { method: "GET", path: "/verify/offline", file: "download-verifier" },
  { method: "GET", path: "/v1/documents/{sha256}", file: "find-document" },
  { method: "POST", path: "/api/v1/transaction/process", file: "process-transaction" },
  { method: "GET", path: "/api/v1/transaction/query/{requestId}", file: "query-transaction" },
  { method: "GET", path: "/v1/operations/orders", file: "list-orders" },
  { method: "POST", path: "/v1/operations/orders/{transactionOrderNo}/close", file: "close-order" },
  { method: "POST", path: "/api/v1/esign/process/initiate", file: "initiate-process" },
  { method: "GET", path: "/api/v1/esign/process/{processId}", file: "get-process" },
  {
    method: "POST",
    path: "/api/internal/esign/callback/verification",
    file: "receive-process-verification",
  },
  { method: "POST", path: "/api/v1/notification/sms/send", file: "send-process-sms" },
  { method: "POST", path: "/api/v1/verification/face/initiate", file: "initiate-face" },
  { method: "GET", path: "/api/v1/verification/face/{verificationId}", file: "get-face" },
  {
    method: "POST",
    path: "/api/v1/verification/face/{verificationId}/callback/{vendor}",
    file: "receive-face-result",
  },
  { method: "GET", path: "/face/{token}", file: "show-face-page" },
  { method: "POST", path: "/face/{token}/start", file: "start-face" },
] as const satisfies readonly Route[];

export type RouteFile = (typeof routes)[number]["file"];
