import type { AwsError } from "../aws-error.ts";
import type { ServiceResponse } from "../service.ts";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** `<name>value</name>`, escaped; nothing at all for undefined. */
export function leaf(name: string, value: string | number | boolean | undefined): string {
  if (value === undefined) return "";
  return `<${name}>${String(value).replace(/[&<>"\r]/g, (found) => escapes[found] ?? found)}</${name}>`;
}

/** Wraps parts that are XML already. */
export function branch(name: string, ...parts: readonly string[]): string {
  return `<${name}>${parts.join("")}</${name}>`;
}

export function xmlAnswer(root: string, ...parts: readonly string[]): ServiceResponse {
  return document(200, `<${root} xmlns="${namespace}">${parts.join("")}</${root}>`);
}

export function xmlError(error: AwsError): ServiceResponse {
  const { status, body } = document(
    error.status,
    branch("Error", leaf("Code", error.code), leaf("Message", error.message)),
  );
  return { status, headers: { "content-type": "application/xml", ...error.headers }, body };
}

/** Text of the first `<name>` element; enough for the two-field documents clients send here. */
export function elementText(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function document(status: number, content: string) {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}`,
  };
}
