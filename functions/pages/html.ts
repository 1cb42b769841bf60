/** Markup that is safe to send: every value in it was escaped by `html`. */
export type Html = { readonly html: string };

type Value = Html | string | number | undefined | false | readonly Value[];

/**
 * Builds markup from a template. Values are escaped for text and for quoted attributes;
 * only other `Html` passes as it is, `undefined` and `false` leave nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: String.raw({ raw: parts }, ...values.map(markup)) };
}

/** Vouches for markup that was escaped elsewhere. */
export function trusted(markup: string): Html {
  return { html: markup };
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function markup(value: Value): string {
  if (value === undefined || value === false) return "";
  if (typeof value === "object") return "html" in value ? value.html : value.map(markup).join("");
  return String(value).replace(/[&<>"']/g, (character) => entities[character]!);
}
