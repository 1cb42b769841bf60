import type { Account, Ledger, LedgerRow } from "./clearing-ledger.ts";
import { html, type Language, languageOf, type Markup, showPage, time } from "./page.ts";
import type { WireAnswer, WireRequest } from "./wire.ts";

/** A page that a person scrolls through; the statement has the rest. */
const rowsShown = 100;

/** Totals, the accounts with a limit, and the movements, newest first. */
export function ledgerPage(request: WireRequest, ledger: Ledger): WireAnswer {
  const language = languageOf(request);
  const words = texts[language];
  const { rows, amount } = ledger.totals();
  const limited = ledger
    .accounts()
    .filter(({ balance, frozen }) => balance !== undefined || frozen);
  const movements = ledger.rows().slice(-rowsShown).reverse();
  const totals = html`<article class="card">
<p class="figure">${yuan(amount)}</p>
<p class="quiet">${words.total(rows)}</p>
</article>`;
  return showPage({
    request,
    language,
    live: true,
    title: words.title,
    lead: words.lead,
    main: html`${totals}${limited.map((account) => accountCard(account, language))}${
      movements.length > 0
        ? movements.map((row) => movementCard(row, language))
        : html`<p class="quiet">${words.none}</p>`
    }`,
  });
}

function accountCard({ accountNo, balance, frozen }: Account, language: Language): Markup {
  const words = texts[language];
  return html`<article class="card">
<div class="row"><strong>${words.account} ${accountNo}</strong>${
    frozen ? html`<span class="bad">${words.frozen}</span>` : undefined
  }</div>
<p>${balance === undefined ? words.unlimited : yuan(balance)}</p>
</article>`;
}

function movementCard(row: LedgerRow, language: Language): Markup {
  const words = texts[language];
  return html`<article class="card">
<div class="row"><strong>${yuan(row.amount)}</strong>${time(row.at, language)}</div>
<p>${row.payerAccountNo} → ${row.receiverAccountNo}</p>
<dl>
<dt>${words.kind}</dt><dd>${words.kinds[row.bizType]}</dd>
<dt>${words.order}</dt><dd>${row.requestNo}</dd>
<dt>${words.clearing}</dt><dd>${row.clearingOrderNo}</dd>
<dt>${words.authorization}</dt><dd>${row.authorizationRef ?? "–"}</dd>
</dl>
</article>`;
}

const yuan = (amount: string): string => `¥ ${amount}`;

const texts = {
  zh: {
    title: "清算账本",
    lead: "这里代替清算系统：每一笔真正划转的资金都记在账本上，同一请求号只会执行一次。",
    none: "还没有资金划转。平台转发交易后会自动出现。",
    total: (rows: number) => `共 ${rows} 笔`,
    account: "账户",
    frozen: "已冻结",
    unlimited: "余额不限",
    kind: "类型",
    kinds: { SPLIT: "分账", COLLECTION: "归集", BATCH_PAY: "批量付款" },
    order: "请求号",
    clearing: "清算单号",
    authorization: "授权依据",
  },
  en: {
    title: "Clearing ledger",
    lead: "This stands in for the clearing system: every movement of money is one row, and a request number moves money once.",
    none: "No money has moved yet. Movements appear by themselves once the platform forwards an order.",
    total: (rows: number) => (rows === 1 ? "1 movement" : `${rows} movements`),
    account: "Account",
    frozen: "Frozen",
    unlimited: "Unlimited balance",
    kind: "Type",
    kinds: { SPLIT: "Split", COLLECTION: "Collection", BATCH_PAY: "Batch payment" },
    order: "Request",
    clearing: "Clearing order",
    authorization: "Authorisation",
  },
};
