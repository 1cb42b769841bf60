import type { HttpCall } from "./http.ts";
import type { Language } from "./pages/signing-words.ts";

/** The language a person chose by link, else the browser's, else Chinese. */
export function languageOf(call: HttpCall): Language {
  const asked = new URLSearchParams(call.query).get("lang");
  if (asked === "en" || asked === "zh-CN") return asked;
  return /^en\b/i.test(call.headers["accept-language"] ?? "") ? "en" : "zh-CN";
}
