import { assembleContracts, assembleLinks, assembleTemplates } from "../assemble.ts";
import { wordProblem } from "../dialects/native.ts";
import { agreementTitle } from "../domain/agreement-types.ts";
import { maskedName } from "../domain/agreement-variables.ts";
import type { Contract } from "../domain/contract.ts";
import { signerOf } from "../domain/contract.ts";
import { contractAgreement } from "../domain/contract-agreement.ts";
import { composePage } from "../domain/h5-templates.ts";
import { Problem } from "../domain/problem.ts";
import { triesPerChallenge } from "../domain/verification-rules.ts";
import { verifyWait } from "../domain/waits.ts";
import { contractOfLink, onlySigner, screenName } from "../h5.ts";
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
    const found = await contractOfLink(keys, contracts, call.parameters.token).catch(notFound);
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

  async function modelOf(contract: Contract, language: PageModel["language"]): Promise<PageModel> {
    const open = await contracts.readOpenDetails(contract.id);
    const { h5Template, h5TemplateVersion } = open;
    const page =
      h5Template === undefined || h5TemplateVersion === undefined
        ? { title: agreementTitle[open.agreementType], guidance: [] }
        : composePage(await templates.pinned(h5Template, h5TemplateVersion), open.agreementType);
    return {
      language,
      contractId: contract.id,
      ...page,
      screen: await screenOf(contract, open.returnUrl),
    };
  }

  async function screenOf(contract: Contract, returnUrl: string | undefined): Promise<Screen> {
    const name = screenName(contract, world.now());
    const signer = signerOf(contract, onlySigner);
    const back = returnUrl === undefined ? {} : { returnUrl };
    switch (name) {
      case "preparing":
      case "verifying":
      case "sealing":
        return { name };
      case "sign": {
        const { details } = await contracts.readDetails(contract.id);
        const template = await templates.pinned(details.templateId, details.templateVersion);
        return {
          name,
          agreement: contractAgreement(template, contract, details),
          signerName: maskedName(details.subject.legalRepName ?? details.subject.name),
          expiresAt: String(contract.linkExpiresAt),
          consented: signer.consentedAt !== undefined,
        };
      }
      case "microDeposit": {
        const used = signer.challenge?.triesUsed ?? 0;
        const { details } = await contracts.readDetails(contract.id);
        const accountTail = details.subject.bankAccountNo?.slice(-4);
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
        const wait = verifyWait(onlySigner, signer.challenge?.number ?? 1);
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

const completedAt = ({ state, updatedAt }: Contract): string =>
  state.status === "COMPLETED" ? state.at : updatedAt;

function notFound(cause: unknown): undefined {
  if (cause instanceof Problem && cause.code === "NOT_FOUND") return undefined;
  throw cause;
}

export const handler = lambda(build);
