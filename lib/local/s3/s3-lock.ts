import { AwsError } from "../aws-error.ts";
import { elementText } from "./s3-xml.ts";

type Headers = Readonly<Record<string, string>>;

/** COMPLIANCE binds everyone until the date; GOVERNANCE yields to the bypass header. */
type LockMode = "COMPLIANCE" | "GOVERNANCE";
export type Retention = { readonly mode: LockMode; readonly untilMs: number };

/** What a bucket puts on each new version that brings no retention of its own. */
export type DefaultRetention = { readonly mode: LockMode } & (
  | { readonly days: number }
  | { readonly years: number }
);

const dayMs = 24 * 3600 * 1000;
const daysInYear = 365;

/** The retention a new version gets: its own headers, else the bucket's default, else none. */
export function retentionForPut(
  headers: Headers,
  lock: DefaultRetention | undefined,
  nowMs: number,
): Retention | undefined {
  const mode = headers["x-amz-object-lock-mode"];
  const until = headers["x-amz-object-lock-retain-until-date"];
  if (headers["x-amz-object-lock-legal-hold"] !== undefined) {
    throw new AwsError("NotImplemented", "legal holds are not served here", 501);
  }
  if (mode !== undefined || until !== undefined) {
    if (lock === undefined) throw lockMissing();
    requireChecksum(headers);
    return parseRetention(mode, until, nowMs);
  }
  if (lock === undefined) return undefined;
  const days = "days" in lock ? lock.days : lock.years * daysInYear;
  return { mode: lock.mode, untilMs: nowMs + days * dayMs };
}

export function parseRetentionXml(xml: string, nowMs: number): Retention {
  return parseRetention(elementText(xml, "Mode"), elementText(xml, "RetainUntilDate"), nowMs);
}

/** A version under retention cannot be deleted before its date. */
export function refuseDeletion(
  retention: Retention | undefined,
  headers: Headers,
  nowMs: number,
): void {
  if (!binds(retention, headers, nowMs)) return;
  throw new AwsError(
    "AccessDenied",
    `the version is under ${retention.mode} retention until ${isoDate(retention.untilMs)}`,
    403,
  );
}

/** Retention may grow; under a binding lock it may neither shrink nor change its mode. */
export function refuseWeakening(
  before: Retention | undefined,
  after: Retention,
  headers: Headers,
  nowMs: number,
): void {
  const isExtension = after.mode === before?.mode && after.untilMs >= before.untilMs;
  if (!isExtension) refuseDeletion(before, headers, nowMs);
}

export function retentionHeaders(retention: Retention | undefined): Headers {
  if (retention === undefined) return {};
  return {
    "x-amz-object-lock-mode": retention.mode,
    "x-amz-object-lock-retain-until-date": isoDate(retention.untilMs),
  };
}

export function lockMissing(): AwsError {
  return new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
}

export function isoDate(ms: number): string {
  return new Date(ms).toISOString();
}

function binds(
  retention: Retention | undefined,
  headers: Headers,
  nowMs: number,
): retention is Retention {
  if (retention === undefined || retention.untilMs <= nowMs) return false;
  const isBypassed = headers["x-amz-bypass-governance-retention"]?.toLowerCase() === "true";
  return retention.mode === "COMPLIANCE" || !isBypassed;
}

function parseRetention(
  mode: string | undefined,
  until: string | undefined,
  nowMs: number,
): Retention {
  const untilMs = Date.parse(until ?? "");
  if ((mode !== "COMPLIANCE" && mode !== "GOVERNANCE") || Number.isNaN(untilMs)) {
    throw new AwsError("InvalidArgument", "retention needs both a mode and a retain-until date");
  }
  if (untilMs <= nowMs) {
    throw new AwsError("InvalidArgument", "The retain until date must be in the future!");
  }
  return { mode, untilMs };
}

/** AWS refuses a lock header on an upload whose content nothing vouches for. */
function requireChecksum(headers: Headers): void {
  const vouches = (name: string) =>
    name === "content-md5" || name === "x-amz-trailer" || name.startsWith("x-amz-checksum-");
  if (Object.keys(headers).some(vouches)) return;
  throw new AwsError(
    "InvalidRequest",
    "Content-MD5 or an x-amz-checksum- header is required with Object Lock parameters",
  );
}
