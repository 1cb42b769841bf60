import { type Subject, subjectOf } from "../adapters/contract-items.ts";
import { assembleContracts, assembleLinks, assembleTemplates } from "../assemble.ts";
import { wordProblem } from "../dialects/native.ts";
import { agreementTitle } from "../domain/agreement-types.ts";
import { maskedName } from "../domain/agreement-variables.ts";
import { type Contract, isTerminal } from "../domain/contract.ts";
import { contractAgreement } from "../domain/contract-agreement.ts";
import { isPast } from "../domain/drafts.ts";
import { figures } from "../domain/figures.ts";
import { composePage } from "../domain/h5-templates.ts";
import type { Otp } from "../domain/otp.ts";
import { Problem } from "../domain/problem.ts";
import { profileOf } from "../domain/profile.ts";
import { groupsOf, isThrough, isTurnOf } from "../domain/signer.ts";
import { triesPerChallenge } from "../domain/verification-rules.ts";
import { verifyWait } from "../domain/waits.ts";
import { screenName, type Visit, visitOf } from "../h5.ts";
import { httpLambda } from "../http.ts";
import { languageOf } from "../page-language.ts";
import { type PageModel, type Screen, signingPage } from "../pages/signing-page.ts";
import { lambda, type World } from "../world.ts";

/**
 * `GET /h5/{token}`: the signing page, or its state for `accept: application/json`. Reads only:
 * opening a link, also by a scanner, changes nothing (K25), and opening it again resumes (B-39).
 */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const { keys } = assembleLinks(world);
  const templates = assembleTemplates(world);

  return httpLambda(world, wordProblem, async (call) => {
    const wantsState = (call.headers.accept ?? "").startsWith("application/json");
    const language = languageOf(call);
    const found = await visitOf(keys, contracts, call.parameters.token).catch(notFound);
    if (wantsState) {
      if (found === undefined) throw new Problem("NOT_FOUND", "this link does not exist");
      return { status: 200, body: { screen: screenName(found, world.now()) } };
    }
    const model = found
      ? await modelOf(found, language)
      : {
          language,
          contractId: "",
          title: language === "en" ? "Signing" : "签约",
          screen: { name: "notFound" } as const,
        };
    const { html, headers } = signingPage(model);
    return { status: found ? 200 : 404, headers, body: html };
  });

  async function modelOf(visit: Visit, language: PageModel["language"]): Promise<PageModel> {
    const { contract } = visit;
    const open = await contracts.readOpenDetails(contract.id);
    const { h5Template, h5TemplateVersion } = open;
    const screen = await screenOf(visit, open.returnUrl);
    // Whoever reads it sees it called what it calls itself; elsewhere its kind will do, which needs no key.
    const title =
      screen.name === "sign" ? screen.agreement.title : agreementTitle[open.agreementType];
    const page =
      h5Template === undefined || h5TemplateVersion === undefined
        ? { title, guidance: [] }
        : composePage(await templates.pinned(h5Template, h5TemplateVersion), title);
    return {
      language,
      contractId: contract.id,
      ...page,
      ...(await signersOn(visit)),
      verifiesFirst: profileOf(contract).gateOrder === "VERIFY_THEN_SIGN",
      screen,
    };
  }

  /** Parties of one agreement know each other; the names are masked all the same, for the page may be forwarded. */
  async function signersOn({ contract, signer }: Visit): Promise<Pick<PageModel, "signers">> {
    const { signers } = contract;
    if (signers.length === 1 || isTerminal(contract)) return {};
    const { details } = await contracts.readDetails(contract.id);
    return {
      signers: groupsOf(signers)
        .flat()
        .map((one) => ({
          name: shownName(subjectOf(details, one.number)),
          isReader: one.number === signer.number,
          state: isThrough(one) ? "done" : isTurnOf(one, signers) ? "now" : "later",
        })),
    };
  }

  async function screenOf(visit: Visit, returnUrl: string | undefined): Promise<Screen> {
    const { contract, signer } = visit;
    const name = screenName(visit, world.now());
    const back = returnUrl === undefined ? {} : { returnUrl };
    switch (name) {
      case "preparing":
      case "verifying":
      case "sealing":
      case "othersFirst":
      case "othersLeft":
        return { name };
      case "sign": {
        const { details } = await contracts.readDetails(contract.id);
        const subject = subjectOf(details, signer.number);
        const template = await templates.pinned(details.templateId, details.templateVersion);
        return {
          name,
          agreement: contractAgreement(template, contract, details),
          signerName: shownName(subject),
          expiresAt: String(signer.linkExpiresAt),
          consented: signer.consentedAt !== undefined,
          byCertificate: signer.signMethod === "CA_CERT",
        };
      }
      case "otp": {
        const { details } = await contracts.readDetails(contract.id);
        return {
          name,
          ...otpView(subjectOf(details, signer.number).mobile, signer.otp, world.now()),
        };
      }
      case "microDeposit": {
        const used = signer.challenge?.triesUsed ?? 0;
        const { details } = await contracts.readDetails(contract.id);
        const accountTail = subjectOf(details, signer.number).bankAccountNo?.slice(-4);
        return {
          name,
          triesLeft: triesPerChallenge - used,
          ...(accountTail ? { accountTail } : {}),
          expiresAt: String(signer.challenge?.expiresAt),
          lastTryWrong: used > 0,
          needsRemark: false,
        };
      }
      case "face": {
        const wait = verifyWait(signer.number, signer.challenge?.number ?? 1);
        const { handOffUrl } = await contracts.readWait(contract.id, wait);
        if (handOffUrl === undefined) return { name: "verifying" };
        const triesLeft = triesPerChallenge - (signer.challenge?.triesUsed ?? 0);
        return { name, handOffUrl, expiresAt: String(signer.challenge?.expiresAt), triesLeft };
      }
      case "completed":
        return { name, completedAt: completedAt(contract), ...back };
      default:
        return { name, ...back };
    }
  }
}

const shownName = ({ name, legalRepName }: Subject): string => maskedName(legalRepName ?? name);

/** What the page shows of the code that is out, or that none is. */
function otpView(mobile: string, otp: Otp | undefined, at: string) {
  const triesLeft = figures.otpTries - (otp?.tries ?? 0);
  const mobileTail = mobile.slice(-4);
  if (otp === undefined || !otp.sent) return { mobileTail, triesLeft, code: "none" as const };
  const isOver = triesLeft <= 0 || otp.passedAt !== undefined || isPast(otp.expiresAt, at);
  const code = isOver ? ("over" as const) : otp.tries > 0 ? ("wrong" as const) : ("sent" as const);
  return { mobileTail, triesLeft, code, expiresAt: otp.expiresAt };
}

const completedAt = ({ state, updatedAt }: Contract): string =>
  state.status === "COMPLETED" ? state.at : updatedAt;

function notFound(cause: unknown): undefined {
  if (cause instanceof Problem && cause.code === "NOT_FOUND") return undefined;
  throw cause;
}

export const handler = lambda(build);
