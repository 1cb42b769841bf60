import type { Agreement } from "../domain/agreement.ts";
import { type Html, html, trusted } from "./html.ts";
import { pageHeaders } from "./page-headers.ts";
import { signaturePad, simplifyStrokes } from "./signature-pad.ts";
import { showScreen } from "./signing-screens.ts";
import { runSigningPage } from "./signing-script.ts";
import { signingStyle } from "./signing-style.ts";
import { browserWords, type Language, signingWords } from "./signing-words.ts";

/** What the signer sees; times are ISO 8601 in UTC, names and account numbers already masked. */
export type PageModel = {
  readonly language: Language;
  readonly contractId: string;
  readonly title: string;
  /** What to look at before reading on, from the template of the page (D-24). */
  readonly guidance?: readonly string[];
  readonly partnerName?: string;
  /** Everybody who signs, where that is more than the reader (C-48). */
  readonly signers?: readonly PageSigner[];
  /** Whether the identity is verified before the signature (K05). */
  readonly verifiesFirst?: boolean;
  readonly screen: Screen;
};

/** One line of the list of signers; the name is masked. */
export type PageSigner = {
  readonly name: string;
  readonly isReader: boolean;
  readonly state: "done" | "now" | "later";
};

/** Every state of a contract has its screen (D-11); the browser never decides which. */
export type Screen =
  | { readonly name: "preparing" | "verifying" | "sealing" | "othersFirst" | "othersLeft" }
  | {
      readonly name: "sign";
      readonly agreement: Agreement;
      readonly signerName: string;
      readonly expiresAt: string;
      readonly consented: boolean;
      /** C-39's CA_CERT: the certificate alone stands for the signature. */
      readonly byCertificate?: boolean;
    }
  | {
      readonly name: "otp";
      readonly mobileTail: string;
      readonly triesLeft: number;
      /** `none` before the first code, `over` when it ran out or its tries did. */
      readonly code: "none" | "sent" | "wrong" | "over";
      readonly expiresAt?: string;
    }
  | {
      readonly name: "microDeposit";
      readonly triesLeft: number;
      readonly accountTail?: string;
      readonly expiresAt: string;
      readonly lastTryWrong: boolean;
      readonly needsRemark: boolean;
    }
  | {
      readonly name: "face";
      readonly handOffUrl: string;
      readonly expiresAt: string;
      readonly triesLeft: number;
    }
  | { readonly name: "completed"; readonly completedAt: string; readonly returnUrl?: string }
  | {
      readonly name:
        | "declined"
        | "revoked"
        | "expired"
        | "linkExpired"
        | "notFound"
        | "tooManyTries"
        | "failed"
        | "systemError";
      readonly reason?: string;
      readonly returnUrl?: string;
      readonly restartAllowed?: boolean;
    };

// The functions travel as their own source text; each is written to need nothing from its module.
const script = `(${runSigningPage})(${signaturePad},${simplifyStrokes})`;

/** Renders the page for one signer. It holds no secret: the link itself stays in the address bar. */
export function signingPage(model: PageModel): {
  readonly html: string;
  readonly headers: Record<string, string>;
} {
  return {
    html: document(model).html,
    headers: pageHeaders({ script, style: signingStyle, language: model.language }),
  };
}

function document(model: PageModel): Html {
  const { language, title, guidance = [], partnerName, contractId, screen } = model;
  const say = (key: keyof typeof signingWords) => signingWords[key][language];
  const words = Object.fromEntries(browserWords.map((key) => [key, say(key)]));
  const other = language === "en" ? "zh-CN" : "en";
  const known = screen.name !== "notFound";
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(signingStyle)}</style>
</head>
<body data-screen="${screen.name}" data-words="${JSON.stringify(words)}"${liveness(screen)}>
<header>
<p>${partnerName !== undefined && say("from").replace("{partner}", () => partnerName)}</p>
<a class="language" href="?lang=${other}" lang="${other}" hreflang="${other}">${say("otherLanguage")}</a>
</header>
<main>
<h1${known && html` lang="zh-CN"`}>${title}</h1>
<noscript><p class="note problem">${say("noScript")}</p></noscript>
${screen.name === "sign" && guidance.map((text) => html`<p lang="zh-CN">${text}</p>\n`)}
${showScreen(model)}
</main>
<footer>
${known && html`<p>${say("contractNumber")} <span class="number">${contractId}</span></p>`}
<p>${say("personal")}</p>
</footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
}

/**
 * Live pages report the opening and follow the contract; waiting ones ask the server again and again.
 * So does the face page: the person comes back to it before the result does.
 */
function liveness({ name }: Screen): Html | undefined {
  switch (name) {
    case "preparing":
    case "verifying":
    case "sealing":
    case "othersFirst":
    case "othersLeft":
    case "face":
      return html` data-live data-waiting`;
    case "sign":
    case "otp":
    case "microDeposit":
      return html` data-live`;
    default:
      return undefined;
  }
}
